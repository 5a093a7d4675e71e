"""Comments in the configuration that setup writes."""

from monitor.model.message import plain

HEAD = plain(
    "setup_head",
    "Written by cert-monitor setup. docs/configuration.md explains every key. After a change run "
    "cert-monitor validate-config, then cert-monitor reload.",
)
COMMENT_TRUST = plain("setup_comment_trust", "CAs that certificates may come from: the machine's, and others")
COMMENT_TARGETS = plain("setup_comment_targets", "what is watched; add more entries here")
COMMENT_PIN = plain(
    "setup_comment_pin", "this one certificate is trusted; write the new one here when it is renewed"
)
COMMENT_MAIL = plain("setup_comment_mail", "who is sent mails, and through which relay")
COMMENT_NO_MAIL = plain("setup_comment_no_mail", "nobody is sent anything: Prometheus alerts, or add email")
COMMENT_PAGE = plain("setup_comment_page", "where the page and the metrics are served")
COMMENT_STORE = plain("setup_comment_store", "where the history is kept")
