"""Une petite campagne entière sur disque, avec un vrai journal, prête à sceller ; et son dossier scellé."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519

from reports.campagne import Campagne, charger_campagne, ecrire_verdicts
from reports.ecriture import ecrire_tout
from reports.options import SANS_TEXTES, OptionsRapports
from reports.preuves import ranger_piece
from reports.resultat import EtatPreuve, OriginePiece, PreuveProduite, ResultatScenario
from reports.sceau import Choix, DossierScelle, sceller
from reports.sceau.cles import CleDeSignature
from reports.verdict import Moyen, Verdict
from requirements.catalogue import Catalogue
from simulators.socle.echange import CorpsMemoire, Reponse, Requete, Tls
from simulators.socle.journal import JournalEchanges
from tests.reports.fabrique import campagne, catalogue, exigence, resultat

DEBUT = dt.datetime(2026, 11, 21, 14, 3, 12, tzinfo=dt.UTC)
CLE = CleDeSignature(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
AUTRE_CLE = CleDeSignature(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
VERSIONS = {"logiciel": "4.2", "banc": "banc-sons 0.1.0", "catalogue": "cd" * 32, "verifications": "ef" * 32}


class PetiteCampagne:
    """`nombre` exigences d'un scénario et deux preuves : l'une est un corps du journal, l'autre une capture déposée."""

    def __init__(
        self, dossier: Path, *verdicts: Verdict, nombre: int = 3, demonstration: bool = False, **choix: object
    ) -> None:
        self.dossier = dossier
        verdicts = verdicts or (Verdict.CONFORME,) * nombre
        sections = ("INS/va1", "DMP/CONF", "MSS/UX")
        self.exigences = [exigence(f"{sections[rang % 3]}.{rang:02}") for rang in range(len(verdicts))]
        self.catalogue: Catalogue = catalogue(*self.exigences)
        entete = campagne(
            demonstration=demonstration, catalogue={"empreinte": self.catalogue.empreinte, "date": "2023-02-21"}
        )
        entete = replace(entete, **choix)  # type: ignore[arg-type]
        with JournalEchanges.creer(dossier, cle=b"k" * 32) as journal:
            journal.ajouter("campagne", {"etat": "debut", **replace(entete, fin=None, journal={}).en_dict()})
            for verdict, ex in zip(verdicts, self.exigences, strict=True):
                self._jouer(journal, ex.scenarios[0].id, verdict)
            journal.ajouter("campagne", {"etat": "fin"})
            tete = {"derniere_empreinte": journal.derniere_empreinte(), "enregistrements": journal.position()}
            ecrire_verdicts(dossier, replace(entete, journal=tete))
            self.ecrire_rapports(journal)

    def ecrire_rapports(self, journal: JournalEchanges) -> None:
        """Tous les rapports, comme à la fin d'une vraie campagne."""
        relue = charger_campagne(self.dossier, journal, self.catalogue)
        ecrire_tout(self.dossier, relue, self.catalogue, journal, OptionsRapports(textes=SANS_TEXTES))

    def _jouer(self, journal: JournalEchanges, numero: str, verdict: Verdict) -> None:
        ex = next(e for e in self.exigences if e.scenarios[0].id == numero)
        journal.debuter_scenario(numero)
        journal.ajouter("action", {"action": "rechercher_ins", "issue": "fait"})
        echange = journal.ajouter_echange(
            service="insi",
            operation="rechercherInsAvecTraitsIdentite",
            debut=DEBUT,
            fin=DEBUT + dt.timedelta(milliseconds=3),
            requete=Requete("POST", "/lps", (("Host", "localhost"),), CorpsMemoire(f"<r n='{numero}'/>".encode() * 40)),
            reponse=Reponse(200, (), CorpsMemoire(f"<ok n='{numero}'/>".encode() * 60)),
            tls=Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", "localhost", b"certificat du logiciel"),
        )
        lu = resultat(ex, ex.scenarios[0], verdict, numero=echange.numero)
        if lu.preuves and lu.preuves[0].etat is EtatPreuve.PRODUITE:
            corps = journal.corps(echange.requete.corps.sha256).octets
            lu = replace(lu, preuves=(self._preuve(lu, 0, corps), self._preuve(lu, 1, _capture(numero))))
        if lu.moyen is Moyen.MACHINE:
            lu = replace(lu, versions=VERSIONS)
        journal.finir_scenario()
        journal.ajouter("verdict", lu.en_dict())

    def _preuve(self, lu: ResultatScenario, rang: int, octets: bytes) -> PreuveProduite:
        preuve = lu.preuves[rang]
        nom = ("requete.xml", "capture.png")[rang]
        piece = ranger_piece(self.dossier, preuve.id, nom, octets, "pièce d'essai")
        if rang:
            piece = replace(piece, origine=OriginePiece.PERSONNE, depose_par="Mme Essai", depose_le=DEBUT.isoformat())
        return replace(preuve, fichiers=(piece,), repere=preuve.id)

    @cached_property
    def campagne(self) -> Campagne:
        """La campagne relue."""
        with JournalEchanges.ouvrir(self.dossier) as journal:
            return charger_campagne(self.dossier, journal, self.catalogue)

    def sceller(self, sortie: Path, cle: CleDeSignature = CLE, **choix: object) -> DossierScelle:
        """Scelle avec ce petit catalogue."""
        return sceller(
            self.dossier,
            Choix(cle, sortie=sortie, **choix),  # type: ignore[arg-type]
            catalogue=self.catalogue,
        )


def _capture(numero: str) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + numero.encode() * 3
