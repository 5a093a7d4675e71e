"""Write the Grafana dashboards of the folder grafana/ again, from the code in mixin/."""

from pathlib import Path

from mixin import dashboards

FOLDER = Path(__file__).resolve().parent.parent / "grafana"

if __name__ == "__main__":
    for name, text in dashboards().items():
        (FOLDER / name).write_text(text, "utf-8")
        print(f"grafana/{name}")
