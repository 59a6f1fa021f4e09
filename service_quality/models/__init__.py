from service_quality.models.assessment_correction import AssessmentCorrection
from service_quality.models.assessment_line import AssessmentCount, AssessmentLine
from service_quality.models.assessment_rule import AssessmentRule, WorkloadWeight
from service_quality.models.assessment_run import AssessmentRun
from service_quality.models.follow_up import FollowUp
from service_quality.models.pay_pool import PayPool, Pool
from service_quality.models.praise_card import (
    CardBook,
    CardSerial,
    PraiseCard,
    PromotionLevel,
    serial_text,
)
from service_quality.models.rating import Rating, RatingRequest, RatingTablet, Supervision
from service_quality.models.team_score import BranchCompletion, TeamScore

__all__ = [
    "AssessmentCorrection",
    "AssessmentCount",
    "AssessmentLine",
    "AssessmentRule",
    "AssessmentRun",
    "BranchCompletion",
    "CardBook",
    "CardSerial",
    "FollowUp",
    "PayPool",
    "Pool",
    "PraiseCard",
    "PromotionLevel",
    "Rating",
    "RatingRequest",
    "RatingTablet",
    "Supervision",
    "TeamScore",
    "WorkloadWeight",
    "serial_text",
]
