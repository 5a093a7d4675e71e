"""The Helm chart: what it renders is valid, restricted, and agrees with the plain manifests."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor.config import load
from support.folders import ROOT
from support.servers.helm import CHART, by_kind, helm, rendered

pytestmark = pytest.mark.system

MANIFESTS = ROOT / "deploy" / "kubernetes"
EVERYTHING = (
    "--set=rights.create=true,service.page=true,probeScheme=HTTPS,priorityClassName=high,persistence.storageClass=fast",
    "--set=imagePullSecrets[0].name=registry,secretMounts[0].name=smtp,secretMounts[0].mountPath=/run/secrets/smtp",
    "--set=configMapMounts[0].name=vms-ca,configMapMounts[0].mountPath=/run/ca,env[0].name=TZ,env[0].value=UTC",
    "--set=podLabels.team=video,podAnnotations.note=none,nodeSelector.disk=ssd,service.annotations.note=none",
    '--set-json=tolerations=[{"operator":"Exists"}]',
    '--set-json=networkPolicy.from=[{"podSelector":{}}]',
    '--set-json=networkPolicy.egress=[{"to":[{"ipBlock":{"cidr":"192.0.2.0/24"}}]}]',
    '--set-json=affinity={"nodeAffinity":{}}',
)
LITTLE = ("--set=persistence.enabled=false,networkPolicy.enabled=false,podDisruptionBudget.enabled=false",)
ONE_NAMESPACE = ("--set=rights.create=true,rights.namespaces={vms,apps}", "--set=rights.configMaps=false")
VERSIONS = ("1.25", "1.32")


def invalid(objects: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return what the schemas of two versions of Kubernetes have against objects, unknown fields included."""
    checker = pytest.importorskip("kubernetes_validate")
    wrong = []
    for version in VERSIONS:
        for one in (one for several in objects.values() for one in several):
            try:
                checker.validate(one, version, strict=True)
            except checker.ValidationError as error:
                wrong.append(f"{version} {one['kind']}: {error.message}")
    return wrong


def pod(objects: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the pod of the only deployment."""
    [deployment] = objects["Deployment"]
    spec: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return spec


def plain() -> dict[str, list[dict[str, Any]]]:
    """Return the objects of the plain manifest."""
    return by_kind((MANIFESTS / "deployment.yaml").read_text("utf-8"))


def test_chart_has_no_mistake() -> None:
    """Helm's linter, strict, has nothing against the chart."""
    assert helm("lint", "--strict", "--quiet", CHART, *EVERYTHING)[0] == 0


@pytest.mark.parametrize(
    "options", [(), EVERYTHING, LITTLE, ONE_NAMESPACE], ids=["default", "all", "few", "two"]
)
def test_objects_are_valid(options: tuple[str, ...]) -> None:
    """What is rendered fits the schemas of the oldest supported and of a newer Kubernetes."""
    assert invalid(rendered(*options)) == []


@pytest.mark.parametrize("name", ["deployment.yaml", "rights.yaml", "rights-in-one-namespace.yaml"])
def test_plain_manifests_are_valid(name: str) -> None:
    """The manifests for those without helm fit the same schemas."""
    assert invalid(by_kind((MANIFESTS / name).read_text("utf-8"))) == []


def test_plain_manifest_is_what_the_chart_makes() -> None:
    """Both run the same pod with the same Service, NetworkPolicy, volume and budget."""
    chart, hand = rendered("--set=rights.create=true"), plain()
    for kind in ("Service", "NetworkPolicy", "PodDisruptionBudget", "PersistentVolumeClaim"):
        assert [one["spec"] for one in chart[kind]] == [one["spec"] for one in hand[kind]]
    assert pod(chart) == pod(hand)


def test_plain_rights_are_those_of_the_chart() -> None:
    """For the whole cluster both give the same rights to the same account."""
    chart = rendered("--set=rights.create=true")
    hand = by_kind((MANIFESTS / "rights.yaml").read_text("utf-8"))
    [made], [written] = chart["ClusterRole"], hand["ClusterRole"]
    assert made["rules"] == written["rules"]
    assert chart["ClusterRoleBinding"][0]["subjects"] == hand["ClusterRoleBinding"][0]["subjects"]


@pytest.mark.parametrize("options", [(), EVERYTHING, LITTLE])
def test_pod_is_restricted(options: tuple[str, ...]) -> None:
    """The pod meets the profile "restricted" of the Pod Security Standards, and may write to no image."""
    spec = pod(rendered(*options))
    of_pod, of_containers = spec["securityContext"], [one["securityContext"] for one in spec["containers"]]
    assert (of_pod["runAsNonRoot"], of_pod["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
    allowed = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert of_containers == [allowed]
    volumes = {key for volume in spec["volumes"] for key in volume} - {"name"}
    assert volumes <= {"configMap", "secret", "emptyDir", "persistentVolumeClaim"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)


def test_no_right_is_given_unasked() -> None:
    """By default nothing may be listed, and the pod has no token of its account."""
    objects = rendered()
    assert not {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"} & set(objects)
    assert pod(objects)["automountServiceAccountToken"] is False


def test_rights_of_single_namespaces() -> None:
    """Named namespaces get a role each, and nothing for the whole cluster."""
    objects = rendered(*ONE_NAMESPACE)
    assert [role["metadata"]["namespace"] for role in objects["Role"]] == ["vms", "apps"]
    assert {str(role["rules"]) for role in objects["Role"]} == {
        str([{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}])
    }
    assert not {"ClusterRole", "ClusterRoleBinding"} & set(objects)


def test_two_never_run_at_once() -> None:
    """One replica, which ends before its successor starts; its claim outlives an uninstall."""
    objects = rendered()
    spec = objects["Deployment"][0]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert objects["PersistentVolumeClaim"][0]["metadata"]["annotations"] == {
        "helm.sh/resource-policy": "keep"
    }


@pytest.mark.parametrize("source", ["chart", "plain"])
def test_configuration_loads(source: str, tmp_path: Path) -> None:
    """The configuration loads, keeps the page in the pod, and knows the Service's name."""
    [made] = (rendered() if source == "chart" else plain())["ConfigMap"]
    (tmp_path / "cert-monitor.yaml").write_text(made["data"]["cert-monitor.yaml"], "utf-8")
    web = load(tmp_path / "cert-monitor.yaml").web
    assert (web.address, web.metrics_address) == (("127.0.0.1", 9850), ("0.0.0.0", 9851))
    assert "cert-monitor.cert-monitor.svc" in web.hosts


def test_own_configuration_is_used(tmp_path: Path) -> None:
    """Values replace the configuration, or name one that exists already."""
    values = tmp_path / "values.yaml"
    values.write_text("configuration: {targets: [{kind: files, name: all, paths: [/run/ca]}]}\n", "utf-8")
    [made] = rendered(f"--values={values}")["ConfigMap"]
    assert YAML(typ="safe").load(made["data"]["cert-monitor.yaml"])["targets"][0]["kind"] == "files"
    there = rendered("--set=existingSecret=mine")
    assert "ConfigMap" not in there
    assert pod(there)["volumes"][0] == {
        "name": "configuration",
        "secret": {"secretName": "mine", "defaultMode": 0o440},
    }


def test_changed_configuration_starts_a_new_pod() -> None:
    """The pod has an annotation that changes with the configuration."""
    marks = {
        rendered(*options)["Deployment"][0]["spec"]["template"]["metadata"]["annotations"][
            "checksum/configuration"
        ]
        for options in ((), ("--set=configuration.instance.name=north",))
    }
    assert len(marks) == 2


def test_service_monitor_is_for_the_service() -> None:
    """The Prometheus operator finds the Service by its labels, and calls the job as the rules want it."""
    objects = rendered("--set=serviceMonitor.enabled=true,serviceMonitor.labels.release=prometheus")
    [monitor], [service] = objects["ServiceMonitor"], objects["Service"]
    wanted = monitor["spec"]["selector"]["matchLabels"]
    assert wanted.items() <= service["metadata"]["labels"].items()
    assert monitor["spec"]["endpoints"][0]["port"] in [port["name"] for port in service["spec"]["ports"]]
    assert service["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "cert-monitor"
    assert monitor["metadata"]["labels"]["release"] == "prometheus"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("replicas=2", "replicas"),
        ("persistence.size=much", "persistence/size"),
        ("secretMounts[0].name=smtp", "mountPath"),
        ("podDisruptionBudget.maxUnavailable=2", "maxUnavailable"),
        ("existingSecret=a,existingConfigMap=b", "exclude each other"),
        (
            "rights.create=true,rights.secrets=false,rights.configMaps=false,rights.webhooks=false",
            "gives no right",
        ),
    ],
)
def test_wrong_values_are_refused(option: str, said: str) -> None:
    """What the chart does not know or cannot do is refused with its name."""
    code, _, wrong = helm("template", "cert-monitor", CHART, f"--set={option}")
    assert (code, said in wrong) == (1, True)


def test_every_value_is_in_the_schema() -> None:
    """Values and their schema name the same keys."""
    values = YAML(typ="safe").load((CHART / "values.yaml").read_text("utf-8"))
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    assert set(values) == set(schema["properties"]) - {"global"}
