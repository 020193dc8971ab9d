"""L'API FHIR de l'Annuaire Santé vue du logiciel : recherches, pages suivantes, débit, reprises après un refus."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from simulators.logiciel_temoin.annuaire_fiche import Criteres, FicheAnnuaire
from simulators.logiciel_temoin.cadence import Cadence
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import AccesAnnuaire
from simulators.logiciel_temoin.transport import ErreurTransport, ReponseHttp, Transport

RPPS = "https://rpps.esante.gouv.fr"
PAR_SECONDE = 15.0
"""Sous le quota de 17 appels par seconde, que partagent tous les postes du laboratoire."""
_ESSAIS = 4
_LOT = 25
"""Professionnels dont les lieux d'exercice sont demandés en un appel."""
_EXT_COURRIEL = "fr-core-contact-point-email-type"
_EXT_BAL = "as-ext-mailbox-mss-metadata"

Json = dict[str, Any]


class AnnuaireIndisponible(Exception):
    """L'annuaire n'a pas répondu comme attendu."""


class ClientFhir:
    """Recherches de professionnels par l'API."""

    def __init__(self, acces: AccesAnnuaire, transport: Transport, defauts: Defauts) -> None:
        self._acces = acces
        self._transport = transport
        self._defauts = defauts
        self._cadence = Cadence(PAR_SECONDE)
        self._attente = threading.Event()

    def chercher(self, criteres: Criteres) -> list[FicheAnnuaire]:
        """Professionnels actifs qui répondent aux critères, avec lieux et BAL ; le lieu se filtre ici."""
        trouves = self._ressources("Practitioner", _demande(criteres), "Practitioner")
        fiches = self._completer([p for p in trouves if p.get("active")])
        lieu = criteres.lieu.casefold()
        return [fiche for fiche in fiches if lieu in fiche.lieu.casefold()]

    def lire(self, rpps: str) -> FicheAnnuaire | None:
        """Le professionnel de ce RPPS ; inactif s'il est radié, None si l'annuaire ne le connaît pas."""
        trouves = self._ressources("Practitioner", [("identifier", f"{RPPS}|{rpps}")], "Practitioner")
        if not trouves:
            return None
        if not any(p.get("active") for p in trouves):
            return FicheAnnuaire(rpps, "", actif=False)
        return self._completer([p for p in trouves if p.get("active")])[0]

    def identifiant_technique(self, rpps: str) -> str:
        """L'identifiant technique du moment : il change d'une version de l'annuaire à l'autre."""
        trouves = self._ressources("Practitioner", [("identifier", rpps)], "Practitioner")
        return str(trouves[0]["id"]) if trouves else ""

    def lire_par_identifiant_technique(self, technique: str) -> FicheAnnuaire | None:
        """La fiche de cet identifiant technique."""
        reponse = self._appeler(f"{self._acces.fhir}/Practitioner/{quote(technique)}")
        return None if reponse.statut != 200 else self._completer([json.loads(reponse.octets)])[0]

    # -------------------------------------------------------------- lecture
    def _completer(self, professionnels: list[Json]) -> list[FicheAnnuaire]:
        """Ajoute aux professionnels les BAL et les lieux de leurs situations d'exercice."""
        lieux: dict[str, str] = {}
        adresses: dict[str, list[Json]] = {}
        for recues in self._situations([p["id"] for p in professionnels]):
            structures = {f"Organization/{r['id']}": r for r in recues if r["resourceType"] == "Organization"}
            for role in recues:
                if role["resourceType"] != "PractitionerRole" or not role.get("active"):
                    continue
                porteur = role.get("practitioner", {}).get("reference", "")
                adresses.setdefault(porteur, []).extend(role.get("telecom", ()))
                structure = structures.get(role.get("organization", {}).get("reference", ""), {})
                lieux.setdefault(porteur, _lieu(structure))
                if self._defauts.actif("annuaire_courriel_structure"):
                    adresses[porteur] += structure.get("telecom", ())
        return [
            _fiche(
                personne,
                lieux.get(f"Practitioner/{personne['id']}", ""),
                adresses.get(f"Practitioner/{personne['id']}", []),
                toutes=self._defauts.actif("annuaire_courriel_structure"),
            )
            for personne in professionnels
        ]

    def _situations(self, professionnels: list[str]) -> list[list[Json]]:
        """Situations d'exercice et structures, demandées par lots."""

        def demander(lot: list[str]) -> list[Json]:
            criteres = [
                ("practitioner", ",".join(lot)),
                ("_include", "PractitionerRole:organization"),
                ("_count", "200"),
            ]
            return self._ressources("PractitionerRole", criteres)

        if self._defauts.actif("annuaire_debit_non_limite"):
            with ThreadPoolExecutor(max_workers=20) as fils:
                return list(fils.map(demander, [[technique] for technique in professionnels]))
        return [demander(professionnels[rang : rang + _LOT]) for rang in range(0, len(professionnels), _LOT)]

    def _ressources(self, type_: str, criteres: list[tuple[str, str]], seul: str | None = None) -> list[Json]:
        """Toutes les ressources de la recherche, page après page, chacune une fois."""
        vues: dict[str, Json] = {}
        for paquet in self._pages(type_, criteres):
            for entree in paquet.get("entry", ()):
                ressource = entree.get("resource", {})
                if seul is None or ressource.get("resourceType") == seul:
                    vues.setdefault(f"{ressource.get('resourceType')}/{ressource.get('id')}", ressource)
        return list(vues.values())

    def _pages(self, type_: str, criteres: list[tuple[str, str]]) -> Iterator[Json]:
        encoder = _encoder_deux_fois if self._defauts.actif("annuaire_double_encodage") else _encoder
        url: str | None = f"{self._acces.fhir}/{type_}?{encoder(criteres)}"
        if self._defauts.actif("annuaire_post_direct"):
            with self._cadence.place():
                self._transport.poster(
                    f"{self._acces.fhir}/{type_}", encoder(criteres).encode(), "application/x-www-form-urlencoded", None
                )
        premiere = url
        rang = 0
        while url is not None:
            reponse = self._appeler(url, avec_cle=not (rang and self._defauts.actif("annuaire_page_sans_cle")))
            if reponse.statut != 200:
                raise AnnuaireIndisponible(f"l'annuaire a répondu {reponse.statut} : {_diagnostic(reponse)}")
            try:
                paquet: Json = json.loads(reponse.octets)
            except ValueError as erreur:
                raise AnnuaireIndisponible("réponse de l'annuaire illisible") from erreur
            yield paquet
            rang += 1
            url = next((lien["url"] for lien in paquet.get("link", ()) if lien.get("relation") == "next"), None)
            if url is not None and self._defauts.actif("annuaire_premiere_page_seule"):
                url = None
            elif url is not None and self._defauts.actif("annuaire_page_devinee"):
                url = f"{premiere}&_getpagesoffset={50 * rang}"

    def _appeler(self, url: str, *, avec_cle: bool = True) -> ReponseHttp:
        """Un appel, au rythme permis ; un refus pour excès attend ce que l'annuaire demande."""
        entetes = {"Accept": "application/fhir+json"}
        if avec_cle and not self._defauts.actif("annuaire_cle_absente"):
            entetes["ESANTE-API-KEY"] = self._acces.cle
        for essai in range(_ESSAIS):
            limite = not self._defauts.actif("annuaire_debit_non_limite")
            try:
                with self._cadence.place() if limite else nullcontext():
                    reponse = self._transport.obtenir(url, entetes)
            except ErreurTransport as erreur:
                raise AnnuaireIndisponible(str(erreur)) from erreur
            if reponse.statut != 429 or essai == _ESSAIS - 1:
                return reponse
            if not self._defauts.actif("annuaire_sans_recul"):
                self._attente.wait(_delai(reponse))
        raise AnnuaireIndisponible("l'annuaire refuse les appels")


def _demande(criteres: Criteres) -> list[tuple[str, str]]:
    champs = [
        ("identifier", f"{RPPS}|{criteres.rpps}" if criteres.rpps else ""),
        ("family", criteres.nom),
        ("given", criteres.prenom),
        ("qualification-code", criteres.profession),
        ("qualification-code", criteres.specialite),
    ]
    return [(nom, valeur if nom == "identifier" else _proteger(valeur)) for nom, valeur in champs if valeur]


def _proteger(valeur: str) -> str:
    """Les caractères que FHIR réserve dans une valeur (`,` `|` `$`) sont précédés d'une barre oblique inverse."""
    return "".join(f"\\{c}" if c in "\\,|$" else c for c in valeur)


def _encoder(criteres: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{quote(nom, safe='-_:')}={quote(valeur, safe='')}" for nom, valeur in criteres)


def _encoder_deux_fois(criteres: Iterable[tuple[str, str]]) -> str:
    return _encoder([(nom, quote(valeur, safe="")) for nom, valeur in criteres])


def _delai(reponse: ReponseHttp) -> float:
    texte = reponse.entetes.get("retry-after", "")
    return min(float(texte), 30.0) if texte.isdecimal() else 1.0


def _diagnostic(reponse: ReponseHttp) -> str:
    try:
        return str(json.loads(reponse.octets)["issue"][0]["diagnostics"])
    except (ValueError, KeyError, IndexError, TypeError):
        return "sans explication"


def _fiche(personne: Json, lieu: str, autres: list[Json], *, toutes: bool) -> FicheAnnuaire:
    nom: Json = next(iter(personne.get("name", ())), {})
    codes = {
        codage.get("system", "").rpartition("/")[2]: codage.get("code", "")
        for qualification in personne.get("qualification", ())
        for codage in qualification.get("code", {}).get("coding", ())
    }
    fiche = FicheAnnuaire(
        rpps=next((i["value"] for i in personne.get("identifier", ()) if i.get("system") == RPPS), ""),
        nom=nom.get("family", ""),
        prenom=" ".join(nom.get("given", ())),
        profession=codes.get("TRE-G15-ProfessionSante", ""),
        specialite=codes.get("TRE-R38-SpecialiteOrdinale", ""),
        lieu=lieu,
    )
    return replace(fiche, adresses_mss=_adresses([*personne.get("telecom", ()), *autres], toutes=toutes))


def _adresses(contacts: list[Json], *, toutes: bool) -> tuple[str, ...]:
    """Les BAL MSSanté, par préférence ; une adresse sans l'extension MSSanté est une messagerie ordinaire."""
    courriels = [c for c in contacts if c.get("system") == "email" and (toutes or _mssante(c))]
    courriels.sort(key=lambda contact: contact.get("rank") or 99)
    return tuple(dict.fromkeys(contact["value"] for contact in courriels))


def _mssante(contact: Json) -> bool:
    for extension in contact.get("extension", ()):
        if extension["url"].endswith(_EXT_COURRIEL):
            return bool(extension.get("valueCoding", {}).get("code") == "MSSANTE")
        if extension["url"].endswith(_EXT_BAL):
            return True
    return False


def _lieu(structure: Json) -> str:
    adresse: Json = next(iter(structure.get("address", ())), {})
    return " ".join(filter(None, (structure.get("name"), adresse.get("postalCode"), adresse.get("city"))))
