from service_quality.models.assessment_correction import AssessmentCorrection
from service_quality.models.assessment_line import AssessmentCount, AssessmentLine
from service_quality.models.assessment_rule import AssessmentRule, WorkloadWeight
from service_quality.models.assessment_run import AssessmentRun
from service_quality.models.pay_pool import PayPool, Pool
from service_quality.models.team_score import BranchCompletion, TeamScore

__all__ = [
    "AssessmentCorrection",
    "AssessmentCount",
    "AssessmentLine",
    "AssessmentRule",
    "AssessmentRun",
    "BranchCompletion",
    "PayPool",
    "Pool",
    "TeamScore",
    "WorkloadWeight",
]
