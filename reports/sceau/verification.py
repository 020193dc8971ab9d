"""Vérifier un dossier scellé : tout est recalculé, rien n'est cru, une anomalie n'arrête pas les contrôles suivants."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reports.rapport import NOM as RAPPORT
from reports.sceau import horodatage, limites
from reports.sceau.anomalie import Anomalie, Domaine, DossierIllisible
from reports.sceau.contenu import (
    CORPS,
    JOURNAL,
    RACINE_CORPS,
    Suivi,
)
from reports.sceau.controle import Controle
from reports.sceau.controle_archive import (
    HORODATAGE,
    LISEZMOI,
    controler_empreintes,
    controler_liste,
    controler_membres,
    controler_signature,
)
from reports.sceau.controle_corps import controler_arguments
from reports.sceau.examen_campagne import ExamenCampagne
from reports.sceau.manifeste import Nature
from reports.sceau.ouverture import ArchiveScellee
from reports.sceau.rendu import Confiance, Verification
from reports.sceau.tar_xz import parcourir_tar
from reports.texte import pluriel
from requirements.catalogue import Catalogue
from simulators.socle.citations import arguments_ranges
from simulators.socle.export_journal import AnomalieJournal, LigneJournal, controler_lignes, importer


def verifier_dossier(
    chemin: Path,
    confiance: Confiance | None = None,
    suivi: Suivi = lambda quoi: None,
    catalogue: Catalogue | None = None,
) -> Verification:
    """Vérifie un dossier ; `DossierIllisible` seulement s'il n'en est pas un.

    `catalogue` : celui du banc, par défaut celui du couloir du dossier.
    """
    with chemin.open("rb") as fichier:
        suivi("structure")
        archive = ArchiveScellee(fichier)
        examen = _Examen(archive, confiance or Confiance(), catalogue, suivi)
        examen.mener()
    return examen.rendu


class _Examen(Controle):
    """L'examen d'une archive ; chaque contrôle ajoute ce qu'il trouve et laisse les autres se faire."""

    def __init__(self, archive: ArchiveScellee, confiance: Confiance, livre: Catalogue | None, suivi: Suivi) -> None:
        super().__init__(archive, Verification(Nature(archive.enveloppe.banc["nature"])), suivi)
        self.confiance = confiance
        self._livre = livre
        self._empreintes: dict[str, str] = {}
        self._corps: dict[str, int] = {}

    def mener(self) -> None:
        self._enveloppe()
        self._corps_du_dossier()
        with tempfile.TemporaryDirectory(prefix="verifier-") as atelier:
            self._journal(Path(atelier))

    # -- l'archive

    def _enveloppe(self) -> None:
        archive, rendu = self.archive, self.rendu
        self.noter(archive.zip.anomalies)
        self.noter(controler_membres(archive))
        if rendu.intact:
            rendu.faits[Domaine.STRUCTURE] = f"{pluriel(len(archive.zip.places), 'fichier')}, aucun octet étranger"
        self.suivi("empreintes")
        avant = len(rendu.anomalies)
        self._empreintes, anomalies = controler_empreintes(archive)
        self.noter(anomalies)
        self.noter(controler_liste(archive))
        if len(rendu.anomalies) == avant:
            rendu.faits[Domaine.EMPREINTES] = (
                f"{pluriel(len(archive.enveloppe.sujets), 'empreinte')} recalculées, justes"
            )
        self.suivi("signature")
        self._horodatage()
        # Une heure que rien ne garantit ne doit pas rajeunir un certificat périmé.
        sure = rendu.horodatage is not None and rendu.horodatage.autorite_connue
        instant = rendu.horodatage.instant if rendu.horodatage and sure else self.confiance.maintenant()
        rendu.signataire, anomalies = controler_signature(
            archive, self.confiance.cle_attendue, self.confiance.autorites, instant
        )
        self.noter(anomalies)
        self._dire_signature(anomalies)
        if mention := rendu.nature.mention:
            self.essayer(Domaine.ACCORD, LISEZMOI, lambda: self._mention(LISEZMOI, mention))
            self.essayer(Domaine.ACCORD, RAPPORT, lambda: self._mention(RAPPORT, mention))

    def _mention(self, membre: str, mention: str) -> Iterator[Anomalie]:
        if mention.encode() not in self.archive.octets(membre):
            yield Anomalie(Domaine.ACCORD, f"{membre} ne dit pas « {mention} »", membre)

    def _horodatage(self) -> None:
        if HORODATAGE not in self.archive.places:
            self.rendu.avertissements.append("Aucun horodatage : rien ne prouve quand le dossier a été scellé.")
            return
        try:
            reponse = self.archive.octets(HORODATAGE, 2**20)
            lu = horodatage.verifier(reponse, self.archive.enveloppe.signature, self.confiance.autorites_horodatage)
        except (horodatage.HorodatageRefuse, DossierIllisible) as refus:
            self.noter([Anomalie(Domaine.HORODATAGE, f"{HORODATAGE} : {refus}", HORODATAGE)])
            return
        self.rendu.horodatage = lu
        self.rendu.faits[Domaine.HORODATAGE] = f"{lu.instant:%d/%m/%Y %H:%M:%S} UTC, par {lu.nom}"
        if not lu.autorite_connue:
            etat = "est juste en lui-même" if lu.verifie else "porte bien sur cette signature, mais n'a pas été vérifié"
            self.rendu.avertissements.append(
                f"L'horodatage {etat} : son heure ne vaut que si vous donnez l'autorité qui doit la garantir "
                "(--autorite-horodatage CA.pem)."
            )

    def _dire_signature(self, anomalies: list[Anomalie]) -> None:
        qui = self.rendu.signataire
        if qui is None or anomalies:
            return
        titulaire = f", certificat « {qui.titulaire} »" if qui.titulaire else ""
        self.rendu.faits[Domaine.SIGNATURE] = f"{qui.algorithme}, clé {qui.empreinte}{titulaire}"
        if qui.confiance:
            self.rendu.faits[Domaine.SIGNATURE] += f" ; {qui.confiance}"
            return
        self.rendu.avertissements.append(
            "La signature est celle de la clé que le dossier porte : elle montre que rien n'a changé depuis, pas qui a "
            "signé. N'importe qui peut refaire un dossier avec une autre clé. Demander à l'éditeur l'empreinte de sa "
            "clé par un autre chemin, puis : --cle-attendue EMPREINTE, ou --autorite CA.pem."
            + (" Cette clé a été faite pour ce seul dossier." if qui.ephemere else "")
        )

    # -- les corps et le journal

    def _corps_du_dossier(self) -> None:
        self.suivi("corps des échanges")
        avant = len(self.rendu.anomalies)

        def controle() -> Iterator[Anomalie]:
            faux: list[tuple[str, str]] = []

            def visiter(nom: str, taille: int, morceaux: Iterator[bytes]) -> None:
                hache = hashlib.sha256()
                for morceau in morceaux:
                    hache.update(morceau)
                sha256 = nom.rpartition("/")[2]
                if hache.hexdigest() != sha256 or nom != f"{RACINE_CORPS}/{sha256[:2]}/{sha256}":
                    faux.append((nom, hache.hexdigest()))
                else:
                    self._corps[sha256] = taille

            try:
                parcourir_tar(self.archive.flux_xz(CORPS, limites.MARGE), f"{RACINE_CORPS}/", CORPS, visiter)
            finally:
                self.noter(
                    Anomalie(
                        Domaine.CORPS, f"{CORPS} : {nom} n'a pas l'empreinte que dit son nom", CORPS, recu=calculee
                    )
                    for nom, calculee in faux
                )
            yield from ()

        self.essayer(Domaine.CORPS, CORPS, controle)
        if len(self.rendu.anomalies) == avant:
            self.rendu.faits[Domaine.CORPS] = f"{pluriel(len(self._corps), 'corps', 'corps')}, chacun à son empreinte"

    def _journal(self, atelier: Path) -> None:
        self.suivi("journal")
        trouvees: list[AnomalieJournal] = []
        tete: list[LigneJournal] = []
        cites: set[str] = set()
        arguments: dict[str, int] = {}
        total = 0

        def lignes() -> Iterator[LigneJournal]:
            nonlocal total
            numeros: set[int] = set()
            for ligne in controler_lignes(self.archive.lignes_du_journal(limites.MARGE), trouvees, self._corps.get):
                tete[:] = [ligne]
                total += 1
                cites.update(sha256 for sha256, _ in ligne.corps)
                if ligne.type == "jugement":
                    for sha256 in arguments_ranges(ligne.donnees):
                        arguments.setdefault(sha256, ligne.numero)
                if ligne.numero not in numeros:  # un doublon est déjà dit ; la base n'en prend qu'un
                    numeros.add(ligne.numero)
                    yield ligne

        def controle() -> Iterator[Anomalie]:
            importer(lignes(), atelier)
            yield from ()

        avant = len(self.rendu.anomalies)
        self.essayer(Domaine.JOURNAL, JOURNAL, controle)
        self.noter(
            Anomalie(
                Domaine.CORPS if "corps" in lue.message else Domaine.JOURNAL,
                lue.message,
                f"{JOURNAL}, ligne {lue.ligne}",
                enregistrement=lue.numero,
            )
            for lue in trouvees
        )
        self.essayer(
            Domaine.CORPS, CORPS, lambda: controler_arguments(self.archive, arguments, self._corps, cites.update)
        )
        annoncee = self.archive.enveloppe.banc["journal"]
        derniere = tete[0].empreinte if tete else ""
        if (annoncee["tete"], annoncee["enregistrements"]) != (derniere, total):
            self.noter(
                [
                    Anomalie(
                        Domaine.JOURNAL,
                        "la fin du journal n'est pas celle que le manifeste annonce",
                        JOURNAL,
                        attendu=f"{annoncee['enregistrements']} enregistrements, tête {annoncee['tete']}",
                        recu=f"{total} enregistrements, tête {derniere or 'aucune'}",
                    )
                ]
            )
        if len(self.rendu.anomalies) == avant:
            self.rendu.faits[Domaine.JOURNAL] = f"{pluriel(total, 'enregistrement')} chaînés, tête {derniere}"
        if non_cites := self._corps.keys() - cites:
            self.rendu.avertissements.append(f"{pluriel(len(non_cites), 'corps', 'corps')} que le journal ne cite pas.")
        if tete:
            ExamenCampagne(self.archive, self.rendu, self.suivi, self._livre, self._empreintes, self._corps).mener(
                atelier
            )
