"""Les sources que plusieurs vérifications citent, à compléter du numéro de la règle ou de l'exigence."""

from __future__ import annotations

GUIDE_INS = "Guide d'implémentation de l'INS, règle {} (reprise par le REM, travaux de concertation 2023)"
REM_BIO = "REM BIO, exigence {} (travaux de concertation 2023)"
REM_PFI = "REM PFI, exigence {} (travaux de concertation 2023)"
