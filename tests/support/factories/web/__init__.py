"""Pages and dashboards: a fake daemon behind the web server, clients with logins, rendered pages."""
