"""What lists targets: name servers, web servers with lists, Kubernetes, XProtect sites."""
