from service_quality.admin import assessment, matters, ratings

__all__ = ["assessment", "matters", "ratings"]
