"""Étapes des codes LOINC : fichiers du transcodeur intégrés, rapports, corrections à la main, dates."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.loinc import ROLE, afficher, constater_ou_arreter, exporter
from steps.flux import loinc as transcodeur
from steps.logiciel.protocole import ReponseAction
from steps.verifications.cda.dates import PARIS
from steps.verifications.loinc import dates, integration, rapport
from steps.verifications.loinc.catalogue import Cle, Objet, de_nature, lire_objets
from steps.verifications.loinc.export import Export, lire_export
from steps.verifications.loinc.fichiers import forme
from steps.verifications.loinc.formats import IMPORTS, NOMS_IMPORTS
from steps.verifications.loinc.lecture import CsvIllisible
from steps.verifications.loinc.rattachement import objets_de_ligne

NATURES = {"LOINC_4": ("chapitre", "sous_chapitre"), "LOINC_5": ("examen",), "LOINC_6": ("analyse",)}
_ABSENTS = {
    "un chapitre et un sous-chapitre": ("LOINC_4", ("chapitre", "sous_chapitre")),
    "un examen": ("LOINC_5", ("examen",)),
    "une analyse": ("LOINC_6", ("analyse",)),
}
Catalogue = Sequence[Mapping[str, Any]]
Codes = Mapping[Cle, tuple[str, ...]]


@dataclass(frozen=True)
class Integration:
    """Un fichier du transcodeur présenté au logiciel. `codes` : ceux qu'il donne ; `cibles` : ceux qui sont fautifs."""

    fichier: str
    nom: str
    avant: Catalogue
    apres: Catalogue
    codes: Codes
    cibles: Codes
    reponse: ReponseAction
    changement: dates.Changement

    def simples(self) -> dict[Cle, str]:
        """Un code par objet."""
        return {cle: codes[0] for cle, codes in self.codes.items()}

    @property
    def rapport(self) -> bytes:
        """Le rapport rendu, vide s'il n'y en a pas."""
        try:
            return base64.b64decode(str(self.reponse.donnees.get("rapport_base64") or ""), validate=True)
        except binascii.Error as erreur:
            raise NonConcluant(f"rapport_base64 : base64 illisible ({erreur})") from erreur

    @property
    def anomalies(self) -> list[Mapping[str, Any]] | None:
        """Ce qui a été relevé du rapport ; None si rien ne l'a été."""
        relevees = self.reponse.donnees.get("anomalies")
        return list(relevees) if isinstance(relevees, list) else None


# ------------------------------------------------------------------- intégrer
def _exporte(essai: Essai, fichier: str) -> Export:
    """L'export du logiciel, fait une fois par scénario : les codes LOINC n'y sont pas."""
    faits: dict[str, Export] = essai.releves.setdefault("exports", {})
    if fichier in faits:
        return faits[fichier]
    avant: Catalogue = essai.releves["catalogue"]
    _, octets = exporter(essai, fichier, complement=True)
    try:
        faits[fichier] = lire_export(fichier, octets, {objet.libelle for objet in lire_objets(avant)})
    except CsvIllisible as erreur:
        raise NonConcluant(f"l'export {fichier} ne se lit pas : {erreur}") from erreur
    manque = next((c for c in forme(fichier, octets, avant) if c.attendu), None)
    if manque:
        raise NonConcluant(f"l'export {fichier} n'a pas la forme prévue : {manque.message}")
    return faits[fichier]


def _connus(essai: Essai, *fichiers: str) -> Catalogue:
    """Le catalogue montré ; à défaut, les objets de ces exports, avec les codes que le banc leur a donnés."""
    montre: Catalogue = essai.releves["catalogue"]
    if montre:
        return montre
    donnes: dict[Cle, str] = essai.releves.setdefault("codes donnés", {})
    bruts = [brut for fichier in fichiers for brut in transcodeur.objets_de_l_export(_exporte(essai, fichier))]
    return [
        {**brut, "code_loinc": donnes.get(objet.cle)} for brut, objet in zip(bruts, lire_objets(bruts), strict=True)
    ]


def _a_coder(essai: Essai, fichier: str) -> list[Objet]:
    objets = lire_objets(_connus(essai, IMPORTS[fichier]))
    return [objet for nature in NATURES[fichier] for objet in de_nature(objets, nature)]


def _reserve(fichier: str) -> dict[str, str]:
    return transcodeur.CHAPITRES if fichier == "LOINC_4" else transcodeur.ANALYSES


def _integrer(
    essai: Essai, fichier: str, codes: Codes, cibles: Codes | None = None, *, cote_a_cote: bool = False
) -> Integration:
    """Exporte, complète l'export des codes, le fait intégrer, relit le catalogue.

    Sans `cibles`, fichier et rapport ne sont que des aides : la preuve est ce que l'écran montre.
    """
    avant = _connus(essai, IMPORTS[fichier])
    objets = lire_objets(avant)
    export = _exporte(essai, IMPORTS[fichier])
    lignes = [objets_de_ligne(export.fichier, champs, objets) for champs in export.lignes()]
    absents = set(codes) - {objet.cle for portes in lignes for objet in portes if objet}
    if absents:
        manquant = " ".join(sorted(absents)[0])
        raise NonConcluant(
            f"l'export {export.fichier} omet {len(absents)} objet(s) ({manquant}) : le transcodeur ne peut pas les coder"
        )
    nom = f"{NOMS_IMPORTS[fichier]}_{datetime.now(PARIS):%Y%m%d}.csv"
    contenu = transcodeur.composer(export, objets, codes, cote_a_cote=cote_a_cote)
    rang = len(essai.releves.setdefault("intégrations", [])) + 1
    aide = cibles is None
    essai.bilan.joindre(f"{rang}-{nom}", "export", contenu, f"fichier {fichier} intégré", complement=aide)
    debut = datetime.now(UTC)
    reponse = essai.jouer(
        "importer_loinc",
        ROLE,
        fichier=fichier,
        nom=nom,
        fichier_base64=base64.b64encode(contenu).decode(),
        jeu_de_valeurs=transcodeur.JEU_DE_VALEURS,
    )
    changement = dates.Changement(debut, datetime.now(UTC))
    faite = Integration(fichier, nom, avant, afficher(essai), codes, cibles or {}, reponse, changement)
    essai.releves.setdefault("codes donnés", {}).update(faite.simples())
    if faite.rapport:
        description = f"rapport d'import {fichier}"
        piece = f"{rang}-rapport-{fichier}{_suffixe(faite.rapport)}"
        essai.bilan.joindre(piece, "document", faite.rapport, description, complement=aide)
    essai.releves["intégrations"].append(faite)
    return faite


def _suffixe(rapport: bytes) -> str:
    """Ce que l'on reconnaît du rapport, pour que la pièce s'ouvre ; le contrat n'en donne pas le nom."""
    marques = {b"%PDF": ".pdf", b"PK": ".zip", b"<": ".html"}
    return next((suffixe for marque, suffixe in marques.items() if rapport.lstrip().startswith(marque)), ".txt")


def _derniere(essai: Essai) -> Integration:
    faite: Integration = essai.releves["intégrations"][-1]
    return faite


@when(parse("l'administrateur intègre le fichier {fichier} du transcodeur, avec un code pour chacun"))
def integrer_tout(essai: Essai, fichier: str) -> None:
    """Chaque objet reçoit un code différent de celui qu'il a."""
    graine = f"{essai.graine}{essai.retenu.numero}"
    codes = transcodeur.distribuer(_a_coder(essai, fichier), _reserve(fichier), graine)
    _integrer(essai, fichier, {cle: (code,) for cle, code in codes.items()})


@when(parse("l'administrateur intègre un nouveau fichier {fichier}, où un code sur deux a changé"))
def integrer_de_nouveau(essai: Essai, fichier: str) -> None:
    codes = transcodeur.echanger(_a_coder(essai, fichier))
    _integrer(essai, fichier, {cle: (code,) for cle, code in codes.items()})


@then("le logiciel intègre ce fichier, et chacun porte le code LOINC que le fichier lui donne")
def codes_en_place(essai: Essai) -> None:
    faite = _derniere(essai)
    essai.bilan.exiger(integration.fichier_accepte(faite.nom, faite.reponse.resultat, faite.reponse.en_phrase()))
    essai.bilan.constater(integration.codes_integres(faite.fichier, faite.avant, faite.apres, faite.simples()))


# -------------------------------------------------------------------- rapport
@when(motif(r"l'administrateur intègre un fichier où (?P<qui>.+) (?:a|ont) un code absent du jeu de valeurs$"))
def integrer_des_absents(essai: Essai, qui: str) -> None:
    """Les autres objets reçoivent des codes du jeu : ils sont le témoin de ce qui ne se signale pas."""
    fichier, natures = _ABSENTS[qui]
    objets = _a_coder(essai, fichier)
    codes = transcodeur.distribuer(objets, _reserve(fichier), f"{essai.graine}{essai.retenu.numero}/{fichier}")
    vises = [_choisir(objets, nature) for nature in natures]
    absents = transcodeur.distribuer(vises, transcodeur.HORS_JEU, f"{essai.graine}{fichier}")
    donnes = {cle: (code,) for cle, code in (codes | absents).items()}
    _integrer(essai, fichier, donnes, {cle: (code,) for cle, code in absents.items()})


@then("le rapport d'import signale ces codes absents, et eux seuls, sans empêcher leur intégration")
def absents_dits(essai: Essai) -> None:
    faite = _derniere(essai)
    essai.bilan.exiger(integration.fichier_accepte(faite.nom, faite.reponse.resultat, faite.reponse.en_phrase()))
    essai.bilan.exiger(rapport.rapport_produit(faite.nom, faite.rapport, faite.anomalies))
    absents = {cle: codes[0] for cle, codes in faite.cibles.items()}
    essai.bilan.constater(
        rapport.absents_signales(faite.nom, faite.anomalies, faite.avant, faite.apres, faite.simples(), absents)
    )
    if faite.rapport:
        essai.bilan.constater(rapport.rapport_parlant(faite.nom, faite.rapport, faite.avant, dict(faite.cibles)))


@when("l'administrateur intègre un fichier LOINC_6 où une analyse revient avec un autre code")
def integrer_des_lignes_multiples(essai: Essai) -> None:
    _integrer_multiples(essai, cote_a_cote=False)


@when("l'administrateur intègre un fichier LOINC_6 où une analyse a deux codes sur sa ligne")
def integrer_des_codes_cote_a_cote(essai: Essai) -> None:
    _integrer_multiples(essai, cote_a_cote=True)


def _integrer_multiples(essai: Essai, *, cote_a_cote: bool) -> None:
    objets = _a_coder(essai, "LOINC_6")
    visee = _choisir(objets, "analyse")
    libres = [code for code in transcodeur.ANALYSES if code != visee.code_loinc]
    codes = transcodeur.distribuer(objets, transcodeur.ANALYSES, f"{essai.graine}{cote_a_cote}")
    premier = codes[visee.cle] if codes[visee.cle] != visee.code_loinc else libres[0]
    cible = {visee.cle: (premier, next(code for code in libres if code != premier))}
    _integrer(essai, "LOINC_6", {**{c: (code,) for c, code in codes.items()}, **cible}, cible, cote_a_cote=cote_a_cote)
    essai.releves["côte à côte"] = cote_a_cote


@then("le rapport d'import bloque cette analyse, qui ne prend aucun des deux codes")
def multiples_dits(essai: Essai) -> None:
    faite = _derniere(essai)
    cote_a_cote: bool = essai.releves["côte à côte"]
    multiples = dict(faite.cibles)
    essai.bilan.constater(
        rapport.multiples_bloques(faite.nom, faite.anomalies, faite.avant, faite.apres, multiples, cote_a_cote)
    )
    if faite.rapport and not cote_a_cote:
        essai.bilan.constater(rapport.rapport_parlant(faite.nom, faite.rapport, faite.avant, multiples))


# ------------------------------------------------------------------- à la main
def _choisir(objets: Sequence[Objet], nature: str) -> Objet:
    """Un objet que sa seule référence désigne ; de préférence déjà codé, et depuis longtemps."""
    candidats = de_nature(objets, nature)
    references = [objet.reference for objet in candidats]
    seuls = [objet for objet in candidats if references.count(objet.reference) == 1]
    if not seuls:
        raise NonConcluant(f"aucun objet de nature « {nature} » que son code ou son libellé désigne seul")
    dates_vues = [objet.modifie_le or objet.cree_le or "9999" for objet in seuls]
    return seuls[len(seuls) - 1 - dates_vues[::-1].index(min(dates_vues))]


_DU_CODE = ("code_loinc", "libelle_loinc", "loinc_cree_le", "loinc_modifie_le")
"""Ce qu'une personne relève de l'objet qu'elle vient de changer."""


@when("l'administrateur change à la main le code LOINC d'un chapitre, d'un sous-chapitre, d'un examen et d'une analyse")
def modifier_les_quatre(essai: Essai) -> None:
    """Un code par objet, et chaque changement a son heure."""
    avant = _connus(essai, *IMPORTS.values())
    objets = lire_objets(avant)
    montres: list[Mapping[str, Any]] = []
    attendus: dict[Cle, str] = {}
    changements: dict[Cle, dates.Changement] = {}
    for nature in ("chapitre", "sous_chapitre", "examen", "analyse"):
        objet = _choisir(objets, nature)
        reserve = transcodeur.CHAPITRES if "chapitre" in nature else transcodeur.ANALYSES
        portes = {o.code_loinc for o in de_nature(objets, nature)} | set(attendus.values())
        libres = [code for code in reserve if code not in portes] or [c for c in reserve if c != objet.code_loinc]
        code = libres[len(attendus) % len(libres)]
        debut = datetime.now(UTC)
        reponse = essai.jouer("modifier_code_loinc", ROLE, objet=nature, code=objet.reference, code_loinc=code)
        essai.bilan.exiger(integration.modification_acceptee(objet.nom, code, reponse.resultat, reponse.en_phrase()))
        attendus[objet.cle] = code
        changements[objet.cle] = dates.Changement(debut, datetime.now(UTC))
        montre = reponse.donnees.get("objet")
        if isinstance(montre, Mapping):
            connu = next(brut for brut in avant if lire_objets([brut])[0].cle == objet.cle)
            montres.append({**connu, **{nom: montre.get(nom) for nom in _DU_CODE}})
    apres = afficher(essai)
    essai.releves["modification"] = (avant, apres or montres, attendus, changements, bool(apres))


@then("chacun des quatre porte son nouveau code LOINC, et aucun autre objet n'a changé")
def quatre_modifies(essai: Essai) -> None:
    """Un changement qui n'a pas eu lieu n'a pas de date : la suite ne se juge pas."""
    avant, apres, attendus, _, complet = essai.releves["modification"]
    constater_ou_arreter(essai, integration.codes_modifies(avant, apres, attendus, complet))


@then("chacun des quatre montre la date de son changement, et aucune autre date n'a changé")
def quatre_dates(essai: Essai) -> None:
    avant, apres, _, changements, complet = essai.releves["modification"]
    essai.bilan.constater(dates.changements_dates(avant, apres, changements))
    essai.bilan.constater(dates.autres_dates_gardees(avant, apres, sorted(changements), complet))
    releve = dates.releve(avant, apres, changements).encode()
    essai.bilan.joindre(
        "dates-des-codes-loinc.txt", "document", releve, "codes LOINC changés à la main, et leurs dates"
    )


@then("chaque code LOINC changé par le fichier montre la date de l'intégration, et aucune autre date n'a changé")
def integration_datee(essai: Essai) -> None:
    """Une ligne qui redonne le même code peut le dater de nouveau ou non : le texte ne le dit pas."""
    faite = _derniere(essai)
    connus = {objet.cle: objet.code_loinc for objet in lire_objets(faite.avant)}
    vus = {objet.cle: objet.code_loinc for objet in lire_objets(faite.apres)}
    changes = {cle: faite.changement for cle in faite.codes if cle in vus and vus[cle] != connus[cle]}
    if not faite.apres:
        changes = dict.fromkeys(faite.codes, faite.changement)
    if not changes:
        raise NonConcluant(f"le fichier {faite.nom} n'a changé aucun code : {faite.reponse.en_phrase()}")
    essai.bilan.constater(dates.changements_dates(faite.avant, faite.apres, changes))
    complet = bool(faite.apres)
    essai.bilan.constater(dates.autres_dates_gardees(faite.avant, faite.apres, sorted(faite.codes), complet))
