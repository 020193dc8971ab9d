"""Une petite campagne entière sur disque, avec un vrai journal, prête à sceller ; et son dossier scellé."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import lzma
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519

from reports.campagne import Campagne, ecrire_verdicts
from reports.chargement_campagne import charger_campagne
from reports.ecriture import ecrire_tout
from reports.fichiers import ecrire_atomique
from reports.options import SANS_TEXTES, OptionsRapports
from reports.preuves import ranger_piece
from reports.resultat import EtatPreuve, OriginePiece, PreuveProduite, ResultatScenario
from reports.sceau import Choix, DossierScelle, sceller
from reports.sceau.canon import canonique
from reports.sceau.cles import CleDeSignature
from reports.sceau.contenu import JOURNAL
from reports.sceau.manifeste import NOM as MANIFESTE
from reports.sceau.manifeste import encadrer, envelopper, ouvrir_enveloppe, sujet_de
from reports.sceau.ouverture import ArchiveScellee
from reports.sceau.rendu import Confiance, Verification
from reports.sceau.verification import verifier_dossier
from reports.sceau.zip_canonique import ecrire, preparer
from reports.verdict import Moyen, Verdict
from requirements.catalogue import Catalogue
from simulators.socle.chaine import ORIGINE, chainer
from simulators.socle.chaine import canonique as chaine_canonique
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
        self,
        dossier: Path,
        *verdicts: Verdict,
        nombre: int = 3,
        demonstration: bool = False,
        secret: str = "",
        **choix: object,
    ) -> None:
        self.dossier = dossier
        self.secret = secret
        verdicts = verdicts or (Verdict.CONFORME,) * nombre
        sections = ("INS/va1", "DMP/CONF", "MSS/UX")
        self.exigences = [exigence(f"{sections[rang % 3]}.{rang:02}") for rang in range(len(verdicts))]
        self.catalogue: Catalogue = catalogue(*self.exigences)
        entete = campagne(
            demonstration=demonstration, catalogue={"empreinte": self.catalogue.empreinte, "date": "2023-02-21"}
        )
        entete = replace(entete, **choix)  # type: ignore[arg-type]
        with JournalEchanges.creer(dossier, cle=b"k" * 32) as journal:
            if secret:
                journal.proteger(secret)
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
        journal.ajouter("action", {"action": "rechercher_ins", "issue": "fait", "saisi": self.secret})
        echange = journal.ajouter_echange(
            service="insi",
            operation="rechercherInsAvecTraitsIdentite",
            debut=DEBUT,
            fin=DEBUT + dt.timedelta(milliseconds=3),
            requete=Requete(
                "POST",
                "/lps",
                (("Host", "localhost"), ("X-Essai", self.secret)),
                CorpsMemoire(f"<r n='{numero}'/>".encode() * 40),
            ),
            reponse=Reponse(200, (), CorpsMemoire(f"<ok n='{numero}'>{self.secret}</ok>".encode() * 60)),
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
            vignette = f"vignettes/{preuve.id.replace('/', '_')}/reduite.png"
            ecrire_atomique(self.dossier / vignette, octets)
            piece = replace(piece, origine=OriginePiece.PERSONNE, depose_par="Mme Essai", depose_le=DEBUT.isoformat())
            piece = replace(piece, vignette=vignette)
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

    def verifier(self, chemin: Path, **confiance: Any) -> Verification:
        """Vérifie un dossier avec ce petit catalogue."""
        return verifier_dossier(chemin, Confiance(**confiance), catalogue=self.catalogue)


def _capture(numero: str) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + numero.encode() * 3


# -- falsifier -------------------------------------------------------------------------------------------------


def membres_de(chemin: Path) -> dict[str, bytes]:
    """Chaque membre d'un dossier scellé, en clair, dans l'ordre."""
    with chemin.open("rb") as fichier:
        archive = ArchiveScellee(fichier)
        return {place.nom: archive.zip.octets(place) for place in archive.zip.places}


def falsifier(
    chemin: Path,
    sortie: Path,
    change: Callable[[dict[str, bytes]], object],
    *,
    resigner: CleDeSignature | None = None,
    predicat: Callable[[dict[str, Any]], object] = lambda banc: None,
) -> Path:
    """Un dossier dont les membres ont changé. `resigner` : tout est refait (empreintes, manifeste) avec cette clé."""
    membres = membres_de(chemin)
    enveloppe = ouvrir_enveloppe(membres[MANIFESTE])
    change(membres)
    if resigner is not None:
        for nom in ("cle-publique.pem", "certificat.pem"):
            membres.pop(nom, None)
        membres = _inserer(membres, *resigner.membre())
        attestation = json.loads(json.dumps(enveloppe.attestation))
        attestation["predicate"]["bancSons"]["cle"]["empreinte"] = resigner.empreinte
        predicat(attestation["predicate"]["bancSons"])
        sujets = {nom: lu for nom, lu in membres.items() if nom not in (MANIFESTE, "horodatage.tsr")}
        liste = "".join(
            f"{hashlib.sha256(lu).hexdigest()}  {nom}\n" for nom, lu in sujets.items() if nom != "empreintes.sha256"
        )
        membres["empreintes.sha256"] = sujets["empreintes.sha256"] = liste.encode()
        contenus = {nom: len(lzma.decompress(lu)) for nom, lu in sujets.items() if nom.endswith(".xz")}
        attestation["subject"] = [sujet_de(preparer(nom, lu), contenus) for nom, lu in sujets.items()]
        charge = canonique(attestation)
        membres[MANIFESTE] = envelopper(charge, resigner.signer(encadrer(charge)), resigner.empreinte)
    with sortie.open("wb") as fichier:
        ecrire(fichier, [preparer(nom, lu) for nom, lu in membres.items()])
    return sortie


def _inserer(membres: dict[str, bytes], nom: str, octets: bytes) -> dict[str, bytes]:
    """La clé se range après la liste des empreintes, comme le fait `sceller`."""
    refait: dict[str, bytes] = {}
    for autre, lu in membres.items():
        refait[autre] = lu
        if autre == "empreintes.sha256":
            refait[nom] = octets
    return refait


def changer_json(nom: str, change: Callable[[Any], object]) -> Callable[[dict[str, bytes]], None]:
    """Change un membre JSON, récrit comme le banc l'écrit."""

    def faire(membres: dict[str, bytes]) -> None:
        valeur = json.loads(membres[nom])
        change(valeur)
        membres[nom] = json.dumps(valeur, ensure_ascii=False, indent=2).encode() + b"\n"

    return faire


def changer_journal(
    change: Callable[[list[dict[str, Any]]], object], *, rechainer: bool = False
) -> Callable[[dict[str, bytes]], None]:
    """Change les enregistrements du journal ; `rechainer` : chaque empreinte est ensuite recalculée."""

    def faire(membres: dict[str, bytes]) -> None:
        lignes = [json.loads(ligne) for ligne in lzma.decompress(membres[JOURNAL]).splitlines()]
        change(lignes)
        if rechainer:
            precedent = ORIGINE
            for rang, ligne in enumerate(lignes, start=1):
                ligne |= {"numero": rang, "precedent": precedent}
                texte = chaine_canonique(ligne["donnees"])
                precedent = chainer(precedent, rang, ligne["type"], ligne["horodatage"], texte)
                ligne["empreinte"] = precedent
        brut = "".join(chaine_canonique(ligne) + "\n" for ligne in lignes).encode()
        membres[JOURNAL] = lzma.compress(brut, lzma.FORMAT_XZ, lzma.CHECK_SHA256)

    return faire


def enchainer(*changements: Callable[[dict[str, bytes]], object]) -> Callable[[dict[str, bytes]], None]:
    """Plusieurs changements l'un après l'autre."""

    def faire(membres: dict[str, bytes]) -> None:
        for changement in changements:
            changement(membres)

    return faire
