"""La campagne que porte un dossier : complétude recalculée, accord de toutes ses traces, pièces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.allure import DOSSIER as ALLURE
from reports.allure_manquants import scenario_de
from reports.campagne import Campagne, CleScenario, ErreurCampagne
from reports.chargement_campagne import charger_campagne
from reports.convergence import NOM as CONVERGENCE
from reports.junit import NOM as JUNIT
from reports.rapport import NOM as RAPPORT
from reports.sceau import limites
from reports.sceau.accord_page import comparer_rapport
from reports.sceau.accord_rapports import ResultatAllure, comparer_allure, comparer_convergence, comparer_junit
from reports.sceau.accord_verdicts import comparer_entete, comparer_verdicts, completer_d_apres, expliquer_verdicts
from reports.sceau.anomalie import Anomalie, Domaine, DossierIllisible
from reports.sceau.completude import Attendu, attendus, ce_qui_manque
from reports.sceau.contenu import ALLURE_XZ, CATALOGUE, EMPREINTES_PREUVES, ENTETE, INDEX, JOURNAL, VERDICTS, Suivi
from reports.sceau.controle import Controle
from reports.sceau.controle_preuves import controler_preuves, nombre_de_pieces
from reports.sceau.manifeste import Nature
from reports.sceau.ouverture import ArchiveScellee
from reports.sceau.rendu import Verification
from reports.sceau.tar_xz import parcourir_tar
from reports.synthese import synthetiser
from reports.texte import affichable, pluriel
from reports.verdict import Verdict
from requirements.catalogue import Catalogue, charger
from requirements.erreurs import ErreurRequirements
from requirements.lieux import VARIABLE, est_livre
from simulators.socle.journal import JournalEchanges


class ExamenCampagne(Controle):
    """Les contrôles qui demandent la campagne relue depuis le journal du dossier."""

    def __init__(
        self,
        archive: ArchiveScellee,
        rendu: Verification,
        suivi: Suivi,
        livre: Catalogue | None,
        empreintes: Mapping[str, str],
        corps: Mapping[str, int],
    ) -> None:
        """`livre` : catalogue donné par l'appelant ; `empreintes` : de chaque membre ; `corps` : taille de chacun."""
        super().__init__(archive, rendu, suivi)
        self._livre = livre
        self._empreintes = empreintes
        self._corps = corps

    def mener(self, atelier: Path) -> None:
        """Relit la campagne que porte `atelier/journal.sqlite`, puis fait tous les contrôles qui en dépendent."""
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
            self.noter([Anomalie(Domaine.ACCORD, f"la campagne ne se relit pas : {message[:500]}", ENTETE)])
            return
        self.rendu.logiciel = campagne.logiciel.designation
        self.rendu.comptes = synthetiser(campagne.resultats).ensemble.en_dict()
        self._completude(campagne, livre)
        self._accord(campagne, livre, entete, ecrits)
        self.suivi("preuves")
        avant = len(self.rendu.anomalies)
        self.essayer(
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
        quoi = (
            "Le catalogue du dossier n'est pas celui de ce banc"
            if livre is not None or est_livre(couloir)
            else f"Le couloir {affichable(couloir[:60])} n'est pas livré ; donnez-le par la variable {VARIABLE} pour "
            "tout refaire"
        )
        self.rendu.avertissements.append(f"{quoi} : la complétude est recalculée d'après catalogue.json.")
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

        self.essayer(Domaine.COMPLETUDE, CATALOGUE, controle)
        vraie = Nature.DEMONSTRATION if campagne.demonstration else Nature.RECEVABLE
        if vraie is Nature.RECEVABLE and rendu.manques:
            vraie = Nature.PROVISOIRE
        if vraie is not rendu.nature:
            message = "le dossier ne dit pas ce qu'il est"
            self.noter(
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
        self.essayer(domaine, ENTETE, lambda: comparer_entete(entete, ecrits))
        self.essayer(domaine, ENTETE, lambda: self._tete(entete))
        self.essayer(domaine, VERDICTS, lambda: comparer_verdicts(campagne, archive.json(VERDICTS)))
        self.essayer(domaine, JOURNAL, lambda: expliquer_verdicts(campagne))
        self.essayer(domaine, ALLURE_XZ, lambda: comparer_allure(campagne, self._allure()))
        self.essayer(domaine, JUNIT, lambda: comparer_junit(campagne, archive.octets(JUNIT)))
        if livre is not None:
            self.essayer(
                domaine, CONVERGENCE, lambda: comparer_convergence(campagne, livre, archive.octets(CONVERGENCE))
            )
        else:
            self.rendu.avertissements.append(
                "convergence.xlsx n'a pas été comparé : il dépend du catalogue du dossier."
            )
        self.essayer(domaine, RAPPORT, lambda: comparer_rapport(campagne, archive.octets(RAPPORT)))
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
