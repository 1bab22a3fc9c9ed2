"""All routes under /review, each area's in a module of its own."""

from __future__ import annotations

from fastapi import APIRouter


def routes() -> APIRouter:
    router = APIRouter(prefix="/review", include_in_schema=False)
    return router
