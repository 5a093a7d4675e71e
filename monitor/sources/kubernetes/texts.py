"""Messages about clusters that could not be read."""

from datetime import timedelta

from monitor.model import Message, message
from monitor.model.message import plain

NOT_IN_A_POD = plain("kubernetes_no_pod", "cert-monitor does not run in a pod: name a kubeconfig")
INSECURE = plain(
    "kubernetes_insecure",
    "insecure-skip-tls-verify is not accepted, because the login would be sent to anybody who answers: "
    "name the CA of the cluster in certificate-authority",
)
NOT_HTTPS = plain("kubernetes_not_https", "its server is not a URL that begins with https://")
LOGIN_WITHOUT_TLS = plain(
    "kubernetes_login_without_tls",
    "its server has a URL without TLS, and a login is not sent in the clear: use https://",
)
NO_ANSWER = plain("kubernetes_timeout", "the cluster did not answer in time")
NOT_A_LIST = plain(
    "kubernetes_not_a_list",
    "the server that answers is not a Kubernetes API server: the answer is not a list",
)


@message("kubernetes_no_answer", "no answer from the cluster within {timeout:seconds}")
def no_answer(*, timeout: timedelta) -> None: ...


@message("kubernetes_status", "the API server answered with HTTP {status}: {error}")
def api_status(*, status: int, error: str) -> None: ...


@message("kubernetes_not_listed", "{error} (grant the right to list them, or name other resources)")
def not_listed(*, error: str) -> None: ...


@message("kubernetes_config", "the configuration of the cluster cannot be used: {problem}")
def config_unusable(*, problem: Message) -> None: ...


@message("kubernetes_error", "the API server does not answer as expected: {error}")
def unexpected(*, error: str) -> None: ...


@message(
    "kubernetes_untrusted", "the certificate of the API server is not trusted by the kubeconfig: {error}"
)
def untrusted(*, error: str) -> None: ...


@message("kubernetes_no_certificate", "{location} contains no certificate")
def no_certificate(*, location: str) -> None: ...


@message("kubernetes_too_many", "the cluster has more than {most} certificates: the others are not watched")
def too_many(*, most: int) -> None: ...


@message("kubernetes_too_large", "the certificates of the cluster are larger than {mebibytes} MiB together")
def too_large(*, mebibytes: int) -> None: ...


@message("kubernetes_too_many_failures", "more than {most} locations contain no certificate")
def too_many_failures(*, most: int) -> None: ...


@message("kubernetes_too_many_pages", "{path} has more than {most} pages")
def too_many_pages(*, path: str, most: int) -> None: ...


@message("kubernetes_page_too_large", "a page of {path} is larger than {mebibytes} MiB")
def page_too_large(*, path: str, mebibytes: int) -> None: ...


@message("kubernetes_config_not_a_file", "{path} is not a regular file")
def not_a_regular_file(*, path: str) -> None: ...


@message("kubernetes_config_not_yaml", "{path} is not valid YAML in line {line}")
def not_yaml(*, path: str, line: int) -> None: ...


@message("kubernetes_config_too_large", "{path} is larger than {mebibytes} MiB")
def config_too_large(*, path: str, mebibytes: int) -> None: ...
