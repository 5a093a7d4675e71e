"""The plan for renewing the certificates of a site, as a pure function of a snapshot and an instant."""

from monitor.planning.renewal_plan.make import PlanProblem, plan_for_site
from monitor.planning.renewal_plan.plan import GoingBack, LaterStep, PlannedStep, RenewalPlan, Trust
from monitor.planning.renewal_plan.plan_json import plan_to_json, words_of_steps

__all__ = [
    "GoingBack",
    "LaterStep",
    "PlanProblem",
    "PlannedStep",
    "RenewalPlan",
    "Trust",
    "plan_for_site",
    "plan_to_json",
    "words_of_steps",
]
