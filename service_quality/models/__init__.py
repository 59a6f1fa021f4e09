from service_quality.models.attachment import Attachment
from service_quality.models.extension import Extension
from service_quality.models.follow_up import FollowUp
from service_quality.models.hand_over import HandOver
from service_quality.models.matter import Matter
from service_quality.models.matter_day import MatterDay
from service_quality.models.matter_event import MatterEvent
from service_quality.models.matter_policy import MatterPolicy
from service_quality.models.office_session import OfficeSession
from service_quality.models.praise_card import (
    CardBook,
    CardSerial,
    PraiseCard,
    PromotionLevel,
    serial_text,
)
from service_quality.models.rating import Rating, RatingRequest, RatingTablet, Supervision
from service_quality.models.staff_leave import StaffLeave

__all__ = [
    "Attachment",
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
    "PraiseCard",
    "PromotionLevel",
    "Rating",
    "RatingRequest",
    "RatingTablet",
    "StaffLeave",
    "Supervision",
    "serial_text",
]
