"""Le datamatrix INS d'une édition : présent, lisible, et égal à l'identité ; absent quand elle n'est pas qualifiée."""

from __future__ import annotations

from reports.constat import Constat, Regle
from steps.flux.identite import OIDS_INS, IdentiteUsager, comparable, porte_suite
from steps.jugements.marque import rejouable
from steps.verifications.datamatrix.contenu import (
    LIEU_INCONNU,
    DatamatrixIns,
    DatamatrixInvalide,
    analyser_datamatrix,
    lisible,
)
from steps.verifications.datamatrix.regles import ABSENT, CHAMPS, PRESENT, STRUCTURE
from steps.verifications.datamatrix.symboles import Symbole, lire_symboles
from steps.verifications.pdf import PdfDemesure, PdfIllisible
from steps.verifications.registre import verification


@verification(PRESENT, STRUCTURE, *CHAMPS.values())
def datamatrix_conforme(octets: bytes, identite: IdentiteUsager, *, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """L'édition porte un datamatrix INS, et chacun de ses champs est celui de l'identité qualifiée."""
    datamatrices = _symboles(octets, PRESENT, echanges, datamatrix_seulement=True)
    if isinstance(datamatrices, Constat):
        return [datamatrices]
    # Un document peut porter d'autres Data Matrix (tubes, dossier) ; celui de l'INS peut avoir perdu son en-tête.
    matricule = identite.matricule_ins[:13]
    de_l_ins = [s for s in datamatrices if s.est_ins] or [s for s in datamatrices if porte_suite(s.contenu, matricule)]
    if not de_l_ins:
        autres = _symboles(octets, PRESENT, echanges)
        return [autres if isinstance(autres, Constat) else _sans_datamatrix(autres, identite, echanges)]
    symbole = next((s for s in de_l_ins if identite.matricule_ins in s.contenu), de_l_ins[0])
    constats = _juger(symbole, identite, echanges)
    for autre in {s.contenu: s for s in de_l_ins if s.contenu != symbole.contenu}.values():
        message = "un second datamatrix INS, différent, est sur le document : dire qui il désigne"
        recu, ou = lisible(autre.contenu)[:200], f"page {autre.page}"
        constats.append(STRUCTURE.a_regarder(message, recu=recu, ou=ou, echanges=echanges))
    return constats


def _juger(symbole: Symbole, identite: IdentiteUsager, echanges: tuple[int, ...]) -> list[Constat]:
    ou = f"page {symbole.page}"
    constats = [PRESENT.respectee(recu=lisible(symbole.contenu)[:80], ou=ou, echanges=echanges)]
    try:
        lu = analyser_datamatrix(symbole.contenu)
    except DatamatrixInvalide as erreur:
        recu = lisible(symbole.contenu)[:200]
        ecart = STRUCTURE.enfreinte(str(erreur), attendu="format publié", recu=recu, ou=ou, echanges=echanges)
        return [*constats, ecart]
    if lu.remarques:
        constats.append(STRUCTURE.a_regarder(" ; ".join(lu.remarques), ou=ou, echanges=echanges))
    else:
        constats.append(STRUCTURE.respectee(recu=lisible(symbole.contenu), ou=ou, echanges=echanges))
    return constats + comparer(lu, identite, ou, echanges)


@verification(PRESENT, ABSENT)
def datamatrix_absent(octets: bytes, identite: IdentiteUsager, *, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Aucun code à barres de l'édition ne porte l'INS. `identite` porte l'INS qui ne doit pas paraître.

    À employer avec `ins_absente_de_l_edition` ; le contrôle positif est l'édition du même patient une fois qualifié.
    """
    symboles = _symboles(octets, ABSENT, echanges)
    if isinstance(symboles, Constat):
        return [symboles]
    for symbole in symboles:
        oid = next((oid for oid in sorted(OIDS_INS, key=len, reverse=True) if oid in symbole.contenu), "")
        if oid or symbole.contenu.startswith("IS01") or porte_suite(symbole.contenu, identite.matricule_ins[:13]):
            return [
                ABSENT.enfreinte(
                    "un code à barres porte l'INS d'une identité non qualifiée",
                    attendu="aucun code à barres avec l'INS",
                    recu=f"{symbole.format} : {lisible(symbole.contenu)[:80]}",
                    ou=f"page {symbole.page}",
                    echanges=echanges,
                )
            ]
    recu = f"{len(symboles)} code(s) à barres lus, sans INS"
    return [ABSENT.respectee(recu=recu, ou="toutes les pages", echanges=echanges)]


@rejouable
def comparer(lu: DatamatrixIns, identite: IdentiteUsager, ou: str, echanges: tuple[int, ...]) -> list[Constat]:
    """Chaque champ du datamatrix est celui de l'identité."""
    annee, mois, jour = (*identite.date_naissance.split("-"), "", "")[:3]
    attendus = {
        "S1": (identite.matricule_ins, lu.matricule),
        "S2": (identite.oid_ins, lu.oid),
        "S3": (identite.prenoms_naissance, lu.prenoms),
        "S4": (identite.nom_naissance, lu.nom),
        "S5": (identite.sexe, lu.sexe),
        "S6": (f"{jour}-{mois}-{annee}", lu.date_naissance),
    }
    constats = [
        _egalite(CHAMPS[nom], attendu, recu, f"{ou}, {nom}", echanges) for nom, (attendu, recu) in attendus.items()
    ]
    lieu = CHAMPS["S7"]
    if identite.code_lieu_naissance and not lu.code_lieu_naissance:
        message = "S7 manque ; les sources lues ne s'accordent pas sur son caractère facultatif"
        constats.append(lieu.a_regarder(message, ou=f"{ou}, S7", echanges=echanges))
    elif identite.code_lieu_naissance:
        attendu, recu = identite.code_lieu_naissance, lu.code_lieu_naissance
        constats.append(_egalite(lieu, attendu, recu, f"{ou}, S7", echanges))
    elif lu.code_lieu_naissance not in ("", LIEU_INCONNU):
        message = "S7 porte un lieu que la référence du banc ne connaît pas"
        constats.append(lieu.a_regarder(message, recu=lu.code_lieu_naissance, ou=f"{ou}, S7", echanges=echanges))
    return constats


def _egalite(regle: Regle, attendu: str, recu: str, ou: str, echanges: tuple[int, ...]) -> Constat:
    if recu and comparable(attendu) == comparable(recu):
        return regle.respectee(recu=recu, ou=ou, echanges=echanges)
    message = "le champ du datamatrix n'est pas celui de l'usager"
    return regle.enfreinte(message, attendu=attendu or "vide", recu=recu or "vide", ou=ou, echanges=echanges)


def _symboles(
    octets: bytes, regle: Regle, echanges: tuple[int, ...], *, datamatrix_seulement: bool = False
) -> tuple[Symbole, ...] | Constat:
    try:
        return lire_symboles(octets, datamatrix_seulement=datamatrix_seulement)
    except PdfDemesure as erreur:
        return regle.sans_objet(f"le banc refuse de décoder ce fichier : {erreur}", echanges=echanges)
    except PdfIllisible as erreur:
        return regle.sans_objet(f"l'édition n'a pas pu être rendue : {erreur}", echanges=echanges)


def _sans_datamatrix(symboles: tuple[Symbole, ...], identite: IdentiteUsager, echanges: tuple[int, ...]) -> Constat:
    for symbole in symboles:
        if porte_suite(symbole.contenu, identite.matricule_ins):
            # L'exigence dispense du datamatrix quand l'INS est déjà dans un autre code à barres du document.
            return PRESENT.a_regarder(
                f"pas de datamatrix, mais l'INS est dans un code à barres {symbole.format} du document",
                recu=lisible(symbole.contenu)[:80],
                ou=f"page {symbole.page}",
                echanges=echanges,
            )
    return PRESENT.enfreinte(
        "aucun datamatrix INS lisible dans l'édition",
        attendu="un datamatrix INS",
        recu=", ".join(s.format for s in symboles) or "aucun code à barres",
        ou="toutes les pages",
        echanges=echanges,
    )
