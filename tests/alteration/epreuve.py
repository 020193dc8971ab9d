"""Ce qu'un document abîmé donne au contrôle de fichiers : un verdict, jamais un incident."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from steps.controle.jugement import examiner
from steps.controle.modele import ContexteControle, Controle
from steps.controle.resultat import ecrire, verdict_de_fichier


@dataclass(frozen=True)
class Issue:
    """Verdict du fichier, trace d'un incident (vide sinon), secondes de processeur."""

    verdict: str
    incident: str
    secondes: float


def eprouver(octets: bytes) -> Issue:
    """Juge ces octets et écrit le résultat, comme `controler` le ferait."""
    debut = time.process_time()
    examen, trace = examiner(octets, ContexteControle(nom="abime"))
    json.dumps(ecrire(Controle("abime", examen), tout=True).en_dict(), ensure_ascii=False).encode("utf-8")
    return Issue(verdict_de_fichier(examen).value, trace, time.process_time() - debut)
