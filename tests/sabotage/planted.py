"""Every sabotage, by what it harms; each breaks one rule and leaves an ordinary sale as it was."""

from __future__ import annotations

from tests.sabotage.access import ACCESS
from tests.sabotage.archiving import ARCHIVING
from tests.sabotage.desk import DESK
from tests.sabotage.durable import DURABLE
from tests.sabotage.entering import ENTERING
from tests.sabotage.persons import PERSONS
from tests.sabotage.queueing import QUEUEING
from tests.sabotage.records import RECORDS
from tests.sabotage.selling import SELLING
from tests.sabotage.telling import TELLING
from tests.sabotage.trouble import TROUBLE
from tests.sabotage.wire import WIRE

PLANTED = (
    *(*SELLING, *RECORDS, *QUEUEING, *TROUBLE, *DURABLE, *WIRE, *ACCESS, *PERSONS),
    *(*ARCHIVING, *TELLING, *ENTERING, *DESK),
)
