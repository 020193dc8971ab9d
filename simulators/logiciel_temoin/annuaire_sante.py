"""L'Annuaire Santé dans le logiciel : l'API d'abord, la copie locale quand l'API manque, chargements réglés."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from simulators.logiciel_temoin import annuaire_extraction as extraction
from simulators.logiciel_temoin.annuaire_extraction import ExtractionInvalide
from simulators.logiciel_temoin.annuaire_fhir import AnnuaireIndisponible, ClientFhir
from simulators.logiciel_temoin.annuaire_fiche import PROFESSIONS, Criteres, FicheAnnuaire, rpps_valide
from simulators.logiciel_temoin.annuaire_local import AnnuaireLocal, Rapport
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import AccesAnnuaire
from simulators.logiciel_temoin.erreurs import Echec, Refus
from simulators.logiciel_temoin.transport import Transport

T = TypeVar("T")


@dataclass
class CompteReference:
    """Un utilisateur du logiciel repris de l'annuaire. `technique` : vide, sauf défaut."""

    compte: str
    fiche: FicheAnnuaire
    technique: str = ""

    def en_dict(self) -> dict[str, Any]:
        return {"compte": self.compte, **self.fiche.identite()}


class AnnuaireSante:
    """Recherche, reprise par RPPS, chargement de l'extraction. Sans accès réglé, tout est refusé."""

    def __init__(self, acces: AccesAnnuaire | None, transport: Transport, defauts: Defauts) -> None:
        self._acces = acces
        self._transport = transport
        self._defauts = defauts
        self._api = ClientFhir(acces, transport, defauts) if acces else None
        self._chargement = threading.Lock()
        self._reprises: dict[str, FicheAnnuaire] = {}
        self._premieres_adresses: tuple[str, ...] = ()
        self.local = AnnuaireLocal(defauts)
        self.comptes: dict[str, CompteReference] = {}

    # -------------------------------------------------------------- chercher
    def chercher(self, criteres: Criteres) -> list[FicheAnnuaire]:
        """Professionnels qui répondent à tous les critères."""
        if not any(vars(criteres).values()):
            raise Refus("Donnez au moins un critère : RPPS, nom, prénom, profession, spécialité ou lieu.")
        if criteres.rpps and not rpps_valide(criteres.rpps):
            raise Refus("Le numéro RPPS compte 11 chiffres, clé comprise.")
        demande = replace(criteres, profession=_code_profession(criteres.profession))
        trouvees = self._ou_copie(lambda api: api.chercher(demande), lambda: self.local.chercher(demande))
        return self._figer(trouvees)

    def reprendre(self, rpps: str) -> FicheAnnuaire:
        """La fiche à jour de ce RPPS ; refus s'il est faux, inconnu ou radié."""
        if not rpps_valide(rpps):
            raise Refus("Le numéro RPPS compte 11 chiffres, clé comprise.")
        if self._defauts.actif("annuaire_reprise_memorisee") and rpps in self._reprises:
            return self._reprises[rpps]
        fiche = self._ou_copie(lambda api: api.lire(rpps), lambda: self.local.lire(rpps))
        if fiche is None or not fiche.actif:
            if self._defauts.actif("annuaire_rpps_inconnu_accepte"):
                return FicheAnnuaire(rpps, "PROFESSIONNEL", "INCONNU", "10")
            raise Refus(f"Le RPPS {rpps} n'est pas celui d'un professionnel en exercice dans l'Annuaire Santé.")
        self._reprises[rpps] = fiche
        return fiche

    def trouver_par_identite(self, nom: str, prenom: str, profession: str) -> list[FicheAnnuaire]:
        """Professionnels en exercice de ces nom, prénom et profession ; `AnnuaireIndisponible` sans réponse."""
        if self._api is None:
            raise AnnuaireIndisponible("accès non réglé")
        criteres = Criteres(nom=nom, prenom=prenom, profession=_code_profession(profession))
        return [
            fiche
            for fiche in self._api.chercher(criteres)
            if (fiche.nom.casefold(), fiche.prenom.casefold()) == (nom.casefold(), prenom.casefold())
        ]

    def controler(self, rpps: str) -> FicheAnnuaire | None:
        """La fiche de ce RPPS relue dans l'annuaire ; `AnnuaireIndisponible` s'il ne répond pas."""
        if self._api is None:
            raise AnnuaireIndisponible("accès non réglé")
        return self._api.lire(rpps)

    def _ou_copie(self, par_api: Callable[[ClientFhir], T], par_copie: Callable[[], T]) -> T:
        """L'API ; si elle ne répond pas, la copie locale, quand il y en a une."""
        if self._api is None:
            raise Refus("L'accès à l'Annuaire Santé n'est pas réglé.")
        try:
            return par_api(self._api)
        except AnnuaireIndisponible as erreur:
            if not len(self.local):
                raise Echec(f"L'Annuaire Santé ne répond pas : {erreur}.") from erreur
            return par_copie()

    def _figer(self, fiches: list[FicheAnnuaire]) -> list[FicheAnnuaire]:
        """Défauts d'adresse : la première vue, ou celle du premier résultat, donnée à tous."""
        if self._defauts.actif("annuaire_adresse_constante"):
            self._premieres_adresses = self._premieres_adresses or next(
                (fiche.adresses_mss for fiche in fiches if fiche.adresses_mss), ()
            )
            return [replace(fiche, adresses_mss=self._premieres_adresses) for fiche in fiches]
        if self._defauts.actif("annuaire_adresse_du_premier") and fiches:
            return [replace(fiche, adresses_mss=fiches[0].adresses_mss) for fiche in fiches]
        if self._defauts.actif("annuaire_adresse_devinee"):
            return [replace(f, adresses_mss=(f"{f.prenom}.{f.nom}@medecin.mssante.fr".lower(),)) for f in fiches]
        if self._defauts.actif("annuaire_sans_adresse"):
            return [replace(fiche, adresses_mss=()) for fiche in fiches]
        return fiches

    # -------------------------------------------------------------- charger
    def charger(self) -> Rapport:
        """Télécharge et intègre les extractions ; en cas d'échec, la copie d'avant reste."""
        if self._acces is None:
            raise Refus("L'accès à l'Annuaire Santé n'est pas réglé.")
        with self._chargement:
            if self._defauts.actif("annuaire_import_une_fois") and self.local.dernier is not None:
                return self.local.dernier
            try:
                activites = extraction.telecharger(self._transport, self._acces.extraction)
                return self.local.integrer(activites, self._correspondance(self._acces))
            except (AnnuaireIndisponible, ExtractionInvalide) as erreur:
                raise Echec(f"Annuaire non chargé, l'annuaire en place est gardé : {erreur}.") from erreur

    def charger_seul(self) -> None:
        """Chargement automatique : un échec se verra au prochain rapport, la copie d'avant reste."""
        with contextlib.suppress(Refus, Echec, AnnuaireIndisponible):
            if self._defauts.actif("frequence_annuaire_constante") and self._acces is not None:
                # Sans intégrer : le rythme de ce défaut ne doit pas dépendre de la machine.
                extraction.telecharger(self._transport, self._acces.extraction)
                return
            self.charger()

    def _correspondance(self, acces: AccesAnnuaire) -> extraction.ArchiveRecue | None:
        """Les BAL manquent sans empêcher le chargement des professionnels."""
        try:
            return extraction.telecharger(self._transport, acces.correspondance)
        except AnnuaireIndisponible:
            return None

    # -------------------------------------------------------------- utilisateurs
    def creer_compte(self, compte: str, rpps: str) -> CompteReference:
        """Crée l'utilisateur d'après l'annuaire ; refus si le compte existe."""
        if compte in self.comptes:
            raise Refus(f"Le compte {compte} existe déjà.")
        cree = CompteReference(compte, self.reprendre(rpps))
        if self._defauts.actif("utilisateur_sans_annuaire"):
            cree.fiche = FicheAnnuaire(rpps, compte.upper())
        if self._defauts.actif("annuaire_identifiant_technique_garde") and self._api is not None:
            cree.technique = self._api.identifiant_technique(rpps)
        self.comptes[compte] = cree
        return cree

    def actualiser_compte(self, compte: str) -> CompteReference:
        """Relit la fiche du compte dans l'annuaire."""
        connu = self.comptes.get(compte)
        if connu is None:
            raise Refus(f"Compte inconnu : {compte}.")
        if self._defauts.actif("utilisateur_non_actualise"):
            return connu
        if connu.technique and self._api is not None:
            connu.fiche = self._api.lire_par_identifiant_technique(connu.technique) or connu.fiche
            return connu
        connu.fiche = self.reprendre(connu.fiche.rpps)
        return connu


def _code_profession(texte: str) -> str:
    """Code de la profession, donnée par son code ou son libellé."""
    cherche = texte.strip().casefold()
    return next((code for code, libelle in PROFESSIONS.items() if libelle.casefold() == cherche), texte.strip())
