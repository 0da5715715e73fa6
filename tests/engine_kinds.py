"""The kinds of engines that tests run over."""

import pytest

ENGINE_KINDS = ("embedded", "postgres")
over_every_engine = pytest.mark.parametrize("engine_kind", ENGINE_KINDS)
over_the_embedded_engine = pytest.mark.parametrize("engine_kind", ENGINE_KINDS[:1])
over_postgres = pytest.mark.parametrize("engine_kind", ENGINE_KINDS[1:])
