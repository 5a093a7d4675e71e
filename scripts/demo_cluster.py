"""The program behind ``scripts/demo --cluster``, in the environment that has what it needs."""

from cluster.show import show

show()
