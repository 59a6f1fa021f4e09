from service_quality.models.assessment_correction import AssessmentCorrection
from service_quality.models.assessment_line import AssessmentCount, AssessmentLine
from service_quality.models.assessment_matter import AssessmentMatter
from service_quality.models.assessment_rule import AssessmentRule, WorkloadWeight
from service_quality.models.assessment_run import AssessmentRun
from service_quality.models.attachment import Attachment
from service_quality.models.extension import Extension
from service_quality.models.follow_up import FollowUp
from service_quality.models.hand_over import HandOver
from service_quality.models.matter import Matter
from service_quality.models.matter_day import MatterDay
from service_quality.models.matter_event import MatterEvent
from service_quality.models.matter_policy import MatterPolicy
from service_quality.models.office_session import OfficeSession
from service_quality.models.pay_pool import PayPool, Pool
from service_quality.models.praise_card import (
    CardBook,
    CardSerial,
    PraiseCard,
    PromotionLevel,
    serial_text,
)
from service_quality.models.rating import Rating, RatingRequest, RatingTablet, Supervision
from service_quality.models.staff_leave import StaffLeave
from service_quality.models.team_score import BranchCompletion, TeamScore

__all__ = [
    "AssessmentCorrection",
    "AssessmentCount",
    "AssessmentLine",
    "AssessmentMatter",
    "AssessmentRule",
    "AssessmentRun",
    "Attachment",
    "BranchCompletion",
    "CardBook",
    "CardSerial",
    "Extension",
    "FollowUp",
    "HandOver",
    "Matter",
    "MatterDay",
    "MatterEvent",
    "MatterPolicy",
    "OfficeSession",
    "PayPool",
    "Pool",
    "PraiseCard",
    "PromotionLevel",
    "Rating",
    "RatingRequest",
    "RatingTablet",
    "StaffLeave",
    "Supervision",
    "TeamScore",
    "WorkloadWeight",
    "serial_text",
]
