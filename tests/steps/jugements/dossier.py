"""Une petite campagne écrite à la main, et de quoi la modifier comme un faussaire le ferait."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reports.campagne import ecrire_verdicts
from reports.chargement_campagne import charger_campagne
from reports.constat import Constat
from reports.fichiers import ecrire_json
from reports.resultat import ResultatScenario
from reports.verdict import Moyen
from simulators.socle.chaine import ORIGINE, canonique, chainer
from simulators.socle.echange import CorpsMemoire, Requete
from simulators.socle.journal import JournalEchanges
from steps.bilan import Bilan
from steps.jugements.carnet import CarnetEssai
from steps.jugements.empreinte import empreinte_des_verifications
from steps.jugements.marque import tenir
from steps.verifications.appels_psc import appels_authentifies, mode_trace
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import lire_courriel
from steps.verifications.mssante.entetes import message_id

COURRIEL = b"From: bio@labo.mssante.fr\r\nMessage-ID: <un@labo.mssante.fr>\r\n\r\nBonjour\r\n"
INSTANT = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)


@dataclass
class Campagne:
    """Un dossier de campagne en cours d'écriture : `juger` y joue des vérifications, `conclure` en écrit le verdict."""

    dossier: Path
    journal: JournalEchanges
    bilan: Bilan = field(default_factory=Bilan)

    @classmethod
    def ouvrir(cls, dossier: Path) -> Campagne:
        """Une campagne neuve, une vérification de chaque sorte déjà jugée conforme."""
        campagne = cls(dossier, JournalEchanges.creer(dossier))
        campagne.journal.debuter_scenario("S.01")
        appel = campagne.journal.ajouter_echange(
            service="dmp",
            operation="TD2.1",
            debut=INSTANT,
            fin=INSTANT,
            requete=Requete("POST", "/dmp", corps=CorpsMemoire(b"<lot/>")),
            notes={"jeton_etat": "valide"},
        )
        campagne.juger(lambda: message_id(lire_courriel(COURRIEL), ContexteCourriel()))
        campagne.juger(lambda: appels_authentifies("dmp", [appel]))
        campagne.juger(lambda: mode_trace([{"mode": "Pro Santé Connect"}], "dmp"))
        return campagne

    def juger(self, verification: Callable[[], Constat | list[Constat]], *, constater: bool = True) -> None:
        """Appelle une vérification comme une étape le fait."""
        with tenir(CarnetEssai(self.journal, self.bilan.jugements)):
            constats = verification()
        if constater:
            self.bilan.constater(constats)

    def fermer(self, **autrement: Any) -> Path:
        """Écrit le verdict, l'en-tête et `verdicts.json` ; rend le dossier."""
        self.journal.finir_scenario()
        champs = {
            "verdict": self.bilan.verdict(),
            "constats": tuple(self.bilan.constats),
            "jugements": tuple(self.bilan.jugements),
            "versions": {"verifications": empreinte_des_verifications()},
            **autrement,
        }
        resultat = ResultatScenario("BIO", "S", "S.01", "t", "s", 2, "Général", moyen=Moyen.MACHINE, **champs)
        self.journal.ajouter("verdict", resultat.en_dict())
        entete = {"couloir": "biologie", "rem": "BIO", "vagues": [2], "debut": INSTANT.isoformat()}
        ecrire_json(self.dossier / "campagne.json", {**entete, "fin": INSTANT.isoformat()})
        ecrire_verdicts(self.dossier, charger_campagne(self.dossier, self.journal))
        self.journal.fermer()
        return self.dossier


def modifier_journal(dossier: Path, genre: str, modifier: Callable[[dict[str, Any]], None], *, rechainer: bool) -> None:
    """Change les enregistrements de ce genre ; `rechainer` : refait toute la chaîne, comme un faussaire soigneux."""
    with sqlite3.connect(dossier / "journal.sqlite") as base:
        base.execute("DROP TRIGGER jamais_modifie")
        lignes = base.execute(
            "SELECT numero, type, horodatage, donnees FROM enregistrements ORDER BY numero"
        ).fetchall()
        precedent = ORIGINE
        for numero, type_, horodatage, donnees in lignes:
            if type_ == genre:
                contenu = json.loads(donnees)
                modifier(contenu)
                donnees = canonique(contenu)
            empreinte = chainer(precedent, numero, type_, horodatage, donnees)
            if rechainer:
                base.execute(
                    "UPDATE enregistrements SET donnees = ?, precedent = ?, empreinte = ? WHERE numero = ?",
                    (donnees, precedent, empreinte, numero),
                )
                precedent = empreinte
            else:
                base.execute("UPDATE enregistrements SET donnees = ? WHERE numero = ?", (donnees, numero))
    base.close()


def modifier_verdicts(dossier: Path, modifier: Callable[[dict[str, Any]], None]) -> None:
    """Change l'unique scénario de `verdicts.json`."""
    chemin = dossier / "verdicts.json"
    lu = json.loads(chemin.read_text(encoding="utf-8"))
    modifier(lu["scenarios"][0])
    chemin.write_text(json.dumps(lu), encoding="utf-8")
