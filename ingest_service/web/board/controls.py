"""Buttons on the pages that change something: only where the operator allows them."""

from flask import Blueprint
from flask.sansio.blueprints import BlueprintSetupState


def add_controls(routes: Blueprint, allowed: bool) -> None:
    """Tell all templates by `controls` whether the pages have such buttons."""

    def tell(state: BlueprintSetupState) -> None:
        state.app.jinja_env.globals["controls"] = allowed

    routes.record(tell)
