"""Vérifier un dossier scellé : tout est recalculé, rien n'est cru, une anomalie n'arrête pas les contrôles suivants."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509

from reports.allure import DOSSIER as ALLURE
from reports.allure_manquants import scenario_de
from reports.campagne import Campagne, CleScenario, ErreurCampagne, charger_campagne
from reports.convergence import NOM as CONVERGENCE
from reports.junit import NOM as JUNIT
from reports.rapport import NOM as RAPPORT
from reports.sceau import horodatage, limites
from reports.sceau.accord_rapports import (
    ResultatAllure,
    comparer_allure,
    comparer_convergence,
    comparer_junit,
    comparer_rapport,
)
from reports.sceau.accord_verdicts import comparer_entete, comparer_verdicts, completer_d_apres, expliquer_verdicts
from reports.sceau.anomalie import Anomalie, Domaine, DossierIllisible
from reports.sceau.completude import Attendu, Manque, attendus, ce_qui_manque
from reports.sceau.contenu import (
    ALLURE_XZ,
    CATALOGUE,
    CORPS,
    EMPREINTES_PREUVES,
    ENTETE,
    INDEX,
    JOURNAL,
    RACINE_CORPS,
    VERDICTS,
    Suivi,
)
from reports.sceau.controle_archive import (
    HORODATAGE,
    LISEZMOI,
    Signataire,
    controler_empreintes,
    controler_liste,
    controler_membres,
    controler_signature,
)
from reports.sceau.controle_preuves import controler_preuves, nombre_de_pieces
from reports.sceau.manifeste import Nature
from reports.sceau.ouverture import ArchiveScellee
from reports.sceau.tar_xz import parcourir_tar
from reports.synthese import synthetiser
from reports.texte import pluriel
from reports.verdict import Verdict
from requirements.catalogue import Catalogue, charger
from requirements.erreurs import ErreurRequirements
from simulators.socle.export_journal import AnomalieJournal, LigneJournal, controler_lignes, importer
from simulators.socle.journal import JournalEchanges


@dataclass(frozen=True)
class Confiance:
    """Ce en quoi l'utilisateur a confiance, venu d'ailleurs que du dossier."""

    cle_attendue: str = ""
    autorites: tuple[x509.Certificate, ...] = ()
    autorites_horodatage: tuple[x509.Certificate, ...] = ()
    maintenant: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)


@dataclass
class Verification:
    """Ce qu'une vérification a trouvé. `faits` : ce qui va, par contrôle ; `avertissements` : ce qu'il faut savoir."""

    nature: Nature
    manques: tuple[Manque, ...] = ()
    anomalies: list[Anomalie] = field(default_factory=list)
    faits: dict[Domaine, str] = field(default_factory=dict)
    avertissements: list[str] = field(default_factory=list)
    signataire: Signataire | None = None
    horodatage: horodatage.Horodatage | None = None
    comptes: Mapping[str, int] = field(default_factory=dict)
    logiciel: str = ""

    @property
    def intact(self) -> bool:
        """Rien n'a changé et tout s'accorde."""
        return not self.anomalies

    @property
    def code(self) -> int:
        """Code de sortie : 0 intact et complet, 1 sinon."""
        return 0 if self.intact and not self.manques else 1


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


class _Examen:
    """L'examen d'une archive ; chaque contrôle ajoute ce qu'il trouve et laisse les autres se faire."""

    def __init__(self, archive: ArchiveScellee, confiance: Confiance, livre: Catalogue | None, suivi: Suivi) -> None:
        self.archive = archive
        self.confiance = confiance
        self.suivi = suivi
        self.rendu = Verification(Nature(archive.enveloppe.banc["nature"]))
        self._livre = livre
        self._empreintes: dict[str, str] = {}
        self._corps: dict[str, int] = {}

    def mener(self) -> None:
        self._enveloppe()
        self._corps_du_dossier()
        with tempfile.TemporaryDirectory(prefix="verifier-") as atelier:
            self._journal(Path(atelier))

    def _noter(self, anomalies: Iterable[Anomalie]) -> None:
        self.rendu.anomalies += anomalies

    def _essayer(self, domaine: Domaine, membre: str, controle: Callable[[], Iterable[Anomalie]]) -> None:
        """Un membre illisible, ou d'une forme imprévue, est une anomalie de plus ; le reste se contrôle quand même."""
        try:
            self._noter(controle())
        except DossierIllisible as erreur:
            self._noter([Anomalie(domaine, str(erreur), membre)])
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError, IndexError) as erreur:
            message = f"{membre} : forme imprévue ({type(erreur).__name__} : {str(erreur)[:200]})"
            self._noter([Anomalie(domaine, message, membre)])

    # -- l'archive

    def _enveloppe(self) -> None:
        archive, rendu = self.archive, self.rendu
        self._noter(archive.zip.anomalies)
        self._noter(controler_membres(archive))
        if rendu.intact:
            rendu.faits[Domaine.STRUCTURE] = f"{pluriel(len(archive.zip.places), 'fichier')}, aucun octet étranger"
        self.suivi("empreintes")
        avant = len(rendu.anomalies)
        self._empreintes, anomalies = controler_empreintes(archive)
        self._noter(anomalies)
        self._noter(controler_liste(archive))
        if len(rendu.anomalies) == avant:
            rendu.faits[Domaine.EMPREINTES] = (
                f"{pluriel(len(archive.enveloppe.sujets), 'empreinte')} recalculées, justes"
            )
        self.suivi("signature")
        self._horodatage()
        instant = rendu.horodatage.instant if rendu.horodatage else self.confiance.maintenant()
        rendu.signataire, anomalies = controler_signature(
            archive, self.confiance.cle_attendue, self.confiance.autorites, instant
        )
        self._noter(anomalies)
        self._dire_signature(anomalies)
        if mention := rendu.nature.mention:
            self._essayer(Domaine.ACCORD, LISEZMOI, lambda: self._mention(LISEZMOI, mention))
            self._essayer(Domaine.ACCORD, RAPPORT, lambda: self._mention(RAPPORT, mention))

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
            self._noter([Anomalie(Domaine.HORODATAGE, f"{HORODATAGE} : {refus}", HORODATAGE)])
            return
        self.rendu.horodatage = lu
        self.rendu.faits[Domaine.HORODATAGE] = f"{lu.instant:%d/%m/%Y %H:%M:%S} UTC, par {lu.nom}"
        if not lu.autorite_connue:
            self.rendu.avertissements.append(
                "L'horodatage est juste en lui-même, mais son autorité n'a pas été comparée à une autorité connue de "
                "vous (--autorite-horodatage CA.pem)."
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
                self._noter(
                    Anomalie(
                        Domaine.CORPS, f"{CORPS} : {nom} n'a pas l'empreinte que dit son nom", CORPS, recu=calculee
                    )
                    for nom, calculee in faux
                )
            yield from ()

        self._essayer(Domaine.CORPS, CORPS, controle)
        if len(self.rendu.anomalies) == avant:
            self.rendu.faits[Domaine.CORPS] = f"{pluriel(len(self._corps), 'corps', 'corps')}, chacun à son empreinte"

    def _journal(self, atelier: Path) -> None:
        self.suivi("journal")
        trouvees: list[AnomalieJournal] = []
        tete: list[LigneJournal] = []
        cites: set[str] = set()
        total = 0

        def lignes() -> Iterator[LigneJournal]:
            nonlocal total
            numeros: set[int] = set()
            for ligne in controler_lignes(self.archive.lignes_du_journal(limites.MARGE), trouvees, self._corps.get):
                tete[:] = [ligne]
                total += 1
                cites.update(sha256 for sha256, _ in ligne.corps)
                if ligne.numero not in numeros:  # un doublon est déjà dit ; la base n'en prend qu'un
                    numeros.add(ligne.numero)
                    yield ligne

        def controle() -> Iterator[Anomalie]:
            importer(lignes(), atelier)
            yield from ()

        avant = len(self.rendu.anomalies)
        self._essayer(Domaine.JOURNAL, JOURNAL, controle)
        self._noter(
            Anomalie(
                Domaine.CORPS if "corps" in lue.message else Domaine.JOURNAL,
                lue.message,
                f"{JOURNAL}, ligne {lue.ligne}",
                enregistrement=lue.numero,
            )
            for lue in trouvees
        )
        annoncee = self.archive.enveloppe.banc["journal"]
        derniere = tete[0].empreinte if tete else ""
        if (annoncee["tete"], annoncee["enregistrements"]) != (derniere, total):
            self._noter(
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
            self.rendu.avertissements.append(
                f"{pluriel(len(non_cites), 'corps', 'corps')} que le journal ne cite dans aucun échange."
            )
        if tete:
            self._campagne(atelier)

    # -- la campagne

    def _campagne(self, atelier: Path) -> None:
        try:
            entete = self.archive.json(ENTETE)
            (atelier / ENTETE).write_text(json.dumps(entete), encoding="utf-8")
            livre = self._catalogue(str(entete.get("couloir") or ""))
            with JournalEchanges.ouvrir(atelier) as journal:
                campagne = charger_campagne(atelier, journal, livre)
                ecrits = [lu.donnees for lu in journal.enregistrements(type="campagne")]
            if livre is None:
                campagne = completer_d_apres(campagne, self.archive.json(VERDICTS))
        except (DossierIllisible, ErreurCampagne, ValueError, KeyError, TypeError, AttributeError, OSError) as erreur:
            message = str(erreur).replace(f"{atelier}/", "")
            self._noter([Anomalie(Domaine.ACCORD, f"la campagne ne se relit pas : {message[:500]}", ENTETE)])
            return
        self.rendu.logiciel = campagne.logiciel.designation
        self.rendu.comptes = synthetiser(campagne.resultats).ensemble.en_dict()
        self._completude(campagne, livre)
        self._accord(campagne, livre, entete, ecrits)
        self.suivi("preuves")
        avant = len(self.rendu.anomalies)
        self._essayer(
            Domaine.PREUVES,
            INDEX,
            lambda: controler_preuves(
                campagne,
                self.archive.json(INDEX),
                self._empreintes,
                self._corps,
                self.archive.octets(EMPREINTES_PREUVES),
            ),
        )
        if len(self.rendu.anomalies) == avant:
            self.rendu.faits[Domaine.PREUVES] = f"{pluriel(nombre_de_pieces(campagne), 'pièce')} présentes et justes"

    def _catalogue(self, couloir: str) -> Catalogue | None:
        """Le catalogue du banc, s'il est celui du dossier ; sinon le résumé que le dossier porte devra suffire."""
        annonce = str(self.archive.enveloppe.banc["catalogue"]["sha256"])
        try:
            livre = self._livre or charger(couloir)
        except ErreurRequirements:
            livre = None
        if livre is not None and livre.empreinte == annonce:
            return livre
        self.rendu.avertissements.append(
            "Le catalogue du dossier n'est pas celui de ce banc : la complétude est recalculée d'après catalogue.json."
        )
        return None

    def _completude(self, campagne: Campagne, livre: Catalogue | None) -> None:
        rendu = self.rendu
        self.suivi("complétude")
        avant = len(rendu.anomalies)

        def controle() -> Iterator[Anomalie]:
            brut = self.archive.json(CATALOGUE)
            annonces = _attendus(brut)
            empreinte = str(brut["sha256"])
            demandes = attendus(livre) if livre is not None else annonces
            if livre is not None and tuple(annonces) != tuple(demandes):
                yield Anomalie(Domaine.COMPLETUDE, f"{CATALOGUE} ne redit pas le catalogue de son empreinte", CATALOGUE)
            if empreinte != self.archive.enveloppe.banc["catalogue"]["sha256"]:
                yield Anomalie(Domaine.COMPLETUDE, f"{CATALOGUE} : l'empreinte n'est pas celle du manifeste", CATALOGUE)
            rendu.manques = ce_qui_manque(campagne, demandes, empreinte)
            recalcules = [manque.en_dict() for manque in rendu.manques]
            if recalcules != (annonce := self.archive.enveloppe.banc["manque"]):
                yield Anomalie(
                    Domaine.COMPLETUDE,
                    "le manifeste n'annonce pas ce qui manque vraiment",
                    "manifeste.dsse.json",
                    attendu=f"{len(recalcules)} manques, dont {_absents(recalcules, annonce)}",
                    recu=f"{len(annonce)} manques, dont {_absents(annonce, recalcules)}",
                )

        self._essayer(Domaine.COMPLETUDE, CATALOGUE, controle)
        vraie = Nature.DEMONSTRATION if campagne.demonstration else Nature.RECEVABLE
        if vraie is Nature.RECEVABLE and rendu.manques:
            vraie = Nature.PROVISOIRE
        if vraie is not rendu.nature:
            message = "le dossier ne dit pas ce qu'il est"
            self._noter(
                [
                    Anomalie(
                        Domaine.COMPLETUDE,
                        message,
                        "manifeste.dsse.json",
                        attendu=vraie.mention or vraie.value,
                        recu=rendu.nature.mention or rendu.nature.value,
                    )
                ]
            )
        if len(rendu.anomalies) == avant:
            comptes = synthetiser(campagne.resultats).ensemble
            faits = f"{pluriel(comptes.total, 'scénario')}, {pluriel(len(rendu.manques), 'manque')}"
            rendu.faits[Domaine.COMPLETUDE] = f"recalculée : {faits}"
            if rates := comptes.nombre(Verdict.NON_CONFORME):
                rendu.avertissements.append(f"{pluriel(rates, 'scénario')} non conformes : voir rapport.html.")

    def _accord(
        self,
        campagne: Campagne,
        livre: Catalogue | None,
        entete: Mapping[str, Any],
        ecrits: Sequence[Mapping[str, Any]],
    ) -> None:
        self.suivi("accord des traces")
        archive, avant = self.archive, len(self.rendu.anomalies)
        domaine = Domaine.ACCORD
        self._essayer(domaine, ENTETE, lambda: comparer_entete(entete, ecrits))
        self._essayer(domaine, ENTETE, lambda: self._tete(entete))
        self._essayer(domaine, VERDICTS, lambda: comparer_verdicts(campagne, archive.json(VERDICTS)))
        self._essayer(domaine, JOURNAL, lambda: expliquer_verdicts(campagne))
        self._essayer(domaine, ALLURE_XZ, lambda: comparer_allure(campagne, self._allure()))
        self._essayer(domaine, JUNIT, lambda: comparer_junit(campagne, archive.octets(JUNIT)))
        if livre is not None:
            self._essayer(
                domaine, CONVERGENCE, lambda: comparer_convergence(campagne, livre, archive.octets(CONVERGENCE))
            )
        else:
            self.rendu.avertissements.append(
                "convergence.xlsx n'a pas été comparé : il dépend du catalogue du dossier."
            )
        self._essayer(domaine, RAPPORT, lambda: comparer_rapport(campagne, archive.octets(RAPPORT)))
        if len(self.rendu.anomalies) == avant:
            self.rendu.faits[domaine] = "journal, verdicts, Allure, JUnit, classeur et rapport disent la même chose"

    def _tete(self, entete: Mapping[str, Any]) -> Iterator[Anomalie]:
        annonce = self.archive.enveloppe.banc["journal"]
        lue = entete["journal"]
        if (lue.get("derniere_empreinte"), lue.get("enregistrements")) != (annonce["tete"], annonce["enregistrements"]):
            yield Anomalie(Domaine.ACCORD, f"{ENTETE} n'annonce pas la tête de journal du manifeste", ENTETE)
        if entete.get("scellement", {}).get("nature") != self.rendu.nature.value:
            yield Anomalie(Domaine.ACCORD, f"{ENTETE} n'annonce pas la nature du dossier", ENTETE)

    def _allure(self) -> list[ResultatAllure]:
        lus: list[ResultatAllure] = []

        def visiter(nom: str, taille: int, morceaux: Iterator[bytes]) -> None:
            if not nom.endswith("-result.json"):
                return
            if taille > limites.LIGNE_MAX:
                raise DossierIllisible(f"{ALLURE_XZ} : {nom} trop grand")
            try:
                contenu = json.loads(b"".join(morceaux))
                cle = scenario_de(contenu)
                fin = float(contenu.get("stop") or 0)
            except (ValueError, TypeError, AttributeError, RecursionError) as erreur:
                raise DossierIllisible(f"{ALLURE_XZ} : {nom} illisible ({erreur})") from erreur
            if cle is not None:
                lus.append((cle, fin, contenu))

        parcourir_tar(self.archive.flux_xz(ALLURE_XZ, limites.MARGE), f"{ALLURE}/", ALLURE_XZ, visiter)
        return lus


def _attendus(brut: Any) -> list[Attendu]:
    return [
        Attendu(
            CleScenario(str(lu["rem"]), str(lu["exigence"]), str(lu["scenario"])),
            int(lu["vague"]),
            str(lu["profil"]),
            tuple(map(str, lu["preuves"])),
        )
        for lu in brut["scenarios"]
    ]


def _absents(ici: list[Any], ailleurs: list[Any]) -> str:
    """Les premiers manques d'une liste qui ne sont pas dans l'autre."""
    seuls = [lu for lu in ici if lu not in ailleurs]
    cites = [" ".join(str(lu.get(cle, "")) for cle in ("genre", "scenario", "preuve")).strip() for lu in seuls[:5]]
    return f"{len(seuls)} propres à cette liste ({' ; '.join(cites)})" if seuls else "aucun qui lui soit propre"
