"""Where a command works on the portfolio: options that several commands share."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.portfolio.engines import Engine
    from core.services.context import ServiceContext


class EngineName(StrEnum):
    """Where batches are worked on."""

    LOCAL = "local"
    DASK = "dask"


EngineOption = Annotated[EngineName, typer.Option("--engine", help="This machine, or a Dask cluster.")]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, metavar="N", help="Processes on this machine. "
                                                   "Default: one per core; on SQLite always one.")]
AddressOption = Annotated[str | None, typer.Option("--address", metavar="tcp://…", help="The scheduler of the "
                                                   "Dask cluster.")]


def choose_engine(context: ServiceContext, engine: EngineName, workers: int | None, address: str | None
                  ) -> Engine | None:
    """The engine that was asked for; None is this process alone. Raises ``InvalidInput``."""
    from core.batch import processes
    from core.domain.errors import InvalidInput

    if engine is EngineName.DASK:
        return _cluster(context, workers, address)
    if address is not None:
        raise InvalidInput("address_without_cluster", "an address is for --engine dask", field="address")
    alone = context.single_writer
    if alone and workers not in (None, 1):
        raise InvalidInput("single_writer", "SQLite has one writer at a time: leave out --workers", field="workers")
    count = 1 if alone else workers or os.cpu_count() or 1
    return processes(context, count) if count > 1 else None


def _cluster(context: ServiceContext, workers: int | None, address: str | None) -> Engine:
    from core.domain.errors import InvalidInput
    from core.portfolio.engines import Cluster

    if address is None:
        raise InvalidInput("address_missing", "say where the scheduler is: --address tcp://host:8786",
                           field="address")
    if workers is not None:
        raise InvalidInput("workers_of_cluster", "a cluster brings its own workers", field="workers")
    if context.single_writer:
        raise InvalidInput("single_writer", "a cluster needs the accounts on PostgreSQL", field="engine")
    return Cluster(address)
