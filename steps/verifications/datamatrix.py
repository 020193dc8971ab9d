"""Le datamatrix INS d'une édition : présent, lisible, et égal à l'identité ; absent quand elle n'est pas qualifiée.

Le format n'a pas été lu dans le document de l'ANS (« Format datamatrix », v2.2 du 26/09/2023) mais dans deux codes
publics indépendants qui s'accordent et, pour l'un, citent ses paragraphes : en-tête de 26 caractères, puis des blocs
« identifiant de 2 caractères, valeur » ; un champ variable plus court que son maximum finit par GS, sauf le dernier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import zxingcpp
from PIL import Image

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import OIDS_INS, IdentiteUsager, comparable, porte_suite
from steps.verifications.pdf import PdfDemesure, PdfIllisible, bandes_des_pages, images_des_pages
from steps.verifications.registre import verification

_FORMAT = "ANS, « Format datamatrix » INS v2.2 (26/09/2023), vu à travers deux codes publics concordants"
_REM_03 = "REM BIO, exigence INS/va1.03, règle 32 (travaux de concertation 2023)"
_REM_59 = "REM BIO, exigence INS/va1.59, règle 28 (travaux de concertation 2023)"

EN_TETE = "IS01" + "0" * 22
GS = "\x1d"
LIEU_INCONNU = "99999"
_BANDE, _RECOUVREMENT = 3.5, 1.2
"""En pouces : 9 cm, dont 3 cm repris ; un Data Matrix de 3 cm se lit déjà à 300 points par pouce."""
LONGUEURS: dict[str, tuple[int, int]] = {
    "S1": (15, 15),
    "S2": (19, 20),
    "S3": (1, 100),
    "S4": (1, 100),
    "S5": (1, 1),
    "S6": (10, 10),
    "S7": (5, 5),
}
_NOMS = re.compile(r"[A-Z' -]+")

PRESENT = Regle(
    "EDI-DMX-01",
    "L'édition d'une identité qualifiée porte un datamatrix INS lisible",
    _REM_03,
    Confiance.OFFICIELLE,
    "Imprimer le datamatrix INS (ECC200), assez grand et entouré d'une marge blanche, sur le document de santé.",
)


def _regle(numero: int, titre: str, a_faire: str) -> Regle:
    return Regle(f"EDI-DMX-{numero:02d}", titre, _FORMAT, Confiance.DOCUMENTEE, a_faire)


STRUCTURE = _regle(
    2,
    "Le datamatrix INS a l'en-tête et les blocs du format publié",
    "Écrire IS01, 22 zéros, puis S1 à S7 ; finir par GS un champ variable plus court que son maximum.",
)
CHAMPS = {
    "S1": _regle(3, "S1 est le matricule INS de 15 caractères", "Écrire en S1 le matricule et sa clé."),
    "S2": _regle(4, "S2 est l'OID de l'INS", "Écrire en S2 l'OID rendu par INSi avec le matricule."),
    "S3": _regle(
        5, "S3 est la liste des prénoms de naissance", "Écrire en S3 tous les prénoms, séparés par un espace."
    ),
    "S4": _regle(6, "S4 est le nom de naissance", "Écrire en S4 le nom de naissance, et non le nom utilisé."),
    "S5": _regle(7, "S5 est le sexe, M ou F", "Écrire en S5 le sexe rendu par INSi."),
    "S6": _regle(8, "S6 est la date de naissance JJ-MM-AAAA", "Écrire en S6 la date de naissance, jour d'abord."),
    "S7": _regle(9, "S7 est le code du lieu de naissance", "Écrire en S7 le code INSEE du lieu de naissance."),
}
ABSENT = Regle(
    "EDI-DMX-10",
    "L'édition d'une identité non qualifiée ne porte pas l'INS dans un code à barres",
    _REM_59,
    Confiance.OFFICIELLE,
    "N'imprimer le datamatrix INS que pour une identité qualifiée.",
)


class DatamatrixInvalide(ValueError):
    """Ce contenu n'est pas celui d'un datamatrix INS ; le message dit où il s'en écarte."""


@dataclass(frozen=True, slots=True)
class Symbole:
    """Un code à barres lu sur une page (à partir de 1). `contenu` : octets décodés, en latin-1 si besoin."""

    page: int
    format: str
    contenu: str

    @property
    def est_datamatrix(self) -> bool:
        """Vrai pour un Data Matrix."""
        return self.format == "DataMatrix"


@dataclass(frozen=True, slots=True)
class DatamatrixIns:
    """Les champs d'un datamatrix INS, et les écarts sans conséquence sur la lecture."""

    matricule: str
    oid: str
    prenoms: str
    nom: str
    sexe: str
    date_naissance: str
    code_lieu_naissance: str
    remarques: tuple[str, ...] = ()


def lire_symboles(octets: bytes, *, datamatrix_seulement: bool = False) -> tuple[Symbole, ...]:
    """Les codes à barres de toutes les pages d'un PDF ; lève les erreurs de lecture de PDF.

    La résolution fine ne sert qu'aux petits Data Matrix que la première n'a pas vus : la page s'y lit par bandes qui
    se recouvrent de plus que leur taille.
    """
    formats = zxingcpp.BarcodeFormat.DataMatrix if datamatrix_seulement else zxingcpp.BarcodeFormat.All
    vus = dict.fromkeys(
        symbole
        for page, image in enumerate(images_des_pages(octets, 300), 1)
        for symbole in _lire(page, image, formats)
    )
    if not any(symbole.est_datamatrix for symbole in vus):
        for page, bande in bandes_des_pages(octets, 450, _BANDE, _RECOUVREMENT):
            vus.update(dict.fromkeys(_lire(page, bande, zxingcpp.BarcodeFormat.DataMatrix)))
    return tuple(vus)


def _lire(page: int, image: Image.Image, formats: zxingcpp.BarcodeFormat) -> Iterator[Symbole]:
    for code in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats([formats])):
        yield Symbole(page, _nom_de_format(code.format), _texte(code.bytes))


def analyser_datamatrix(contenu: str) -> DatamatrixIns:
    """Découpe le contenu d'un datamatrix INS ; `DatamatrixInvalide` s'il ne suit pas le format."""
    if not contenu.startswith(EN_TETE):
        raise DatamatrixInvalide(f"en-tête {contenu[:26]!r} au lieu de {EN_TETE!r}")
    champs: dict[str, str] = {}
    remarques: list[str] = []
    position = len(EN_TETE)
    while position < len(contenu):
        nom = contenu[position : position + 2]
        if nom not in LONGUEURS:
            raise DatamatrixInvalide(
                f"bloc {nom!r} inconnu à la position {position} (GS manquant, ou valeur trop longue)"
            )
        if nom in champs:
            raise DatamatrixInvalide(f"bloc {nom} en double à la position {position}")
        valeur, position = _valeur(contenu, position + 2, nom)
        champs[nom] = valeur
        if contenu[position : position + 1] == GS:
            if len(valeur) == LONGUEURS[nom][1]:
                remarques.append(f"GS superflu après {nom}")
            position += 1
            if position == len(contenu):
                remarques.append("GS superflu à la fin")
    manquants = [nom for nom in LONGUEURS if nom not in champs and nom != "S7"]
    if manquants:
        raise DatamatrixInvalide(f"bloc(s) absent(s) : {', '.join(manquants)}")
    remarques += [f"{nom} porte des caractères hors A-Z" for nom in ("S3", "S4") if not _NOMS.fullmatch(champs[nom])]
    return DatamatrixIns(
        matricule=champs["S1"],
        oid=champs["S2"],
        prenoms=champs["S3"],
        nom=champs["S4"],
        sexe=champs["S5"],
        date_naissance=champs["S6"],
        code_lieu_naissance=champs.get("S7", ""),
        remarques=tuple(remarques),
    )


@verification(PRESENT, STRUCTURE, *CHAMPS.values())
def datamatrix_conforme(octets: bytes, identite: IdentiteUsager, *, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """L'édition porte un datamatrix INS, et chacun de ses champs est celui de l'identité qualifiée."""
    datamatrices = _symboles(octets, PRESENT, echanges, datamatrix_seulement=True)
    if isinstance(datamatrices, Constat):
        return [datamatrices]
    if not datamatrices:
        autres = _symboles(octets, PRESENT, echanges)
        return [autres if isinstance(autres, Constat) else _sans_datamatrix(autres, identite, echanges)]
    # Un document peut porter d'autres Data Matrix (tubes, dossier) : celui qui commence par IS est l'INS.
    symbole = next((s for s in datamatrices if s.contenu.startswith("IS")), datamatrices[0])
    ou = f"page {symbole.page}"
    constats = [PRESENT.respectee(recu=_lisible(symbole.contenu)[:80], ou=ou, echanges=echanges)]
    try:
        lu = analyser_datamatrix(symbole.contenu)
    except DatamatrixInvalide as erreur:
        recu = _lisible(symbole.contenu)[:200]
        ecart = STRUCTURE.enfreinte(str(erreur), attendu="format publié", recu=recu, ou=ou, echanges=echanges)
        return [*constats, ecart]
    if lu.remarques:
        constats.append(STRUCTURE.a_regarder(" ; ".join(lu.remarques), ou=ou, echanges=echanges))
    else:
        constats.append(STRUCTURE.respectee(recu=_lisible(symbole.contenu), ou=ou, echanges=echanges))
    return constats + _comparer(lu, identite, ou, echanges)


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
                    recu=f"{symbole.format} : {_lisible(symbole.contenu)[:80]}",
                    ou=f"page {symbole.page}",
                    echanges=echanges,
                )
            ]
    recu = f"{len(symboles)} code(s) à barres lus, sans INS"
    return [ABSENT.respectee(recu=recu, ou="toutes les pages", echanges=echanges)]


def _valeur(contenu: str, debut: int, nom: str) -> tuple[str, int]:
    minimum, maximum = LONGUEURS[nom]
    fin = min(debut + maximum, len(contenu))
    separateur = contenu.find(GS, debut, fin)
    if separateur >= 0:
        fin = separateur
    valeur = contenu[debut:fin]
    if len(valeur) < minimum:
        raise DatamatrixInvalide(f"{nom} fait {len(valeur)} caractère(s), {minimum} au moins attendus")
    return valeur, fin


def _comparer(lu: DatamatrixIns, identite: IdentiteUsager, ou: str, echanges: tuple[int, ...]) -> list[Constat]:
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
                recu=_lisible(symbole.contenu)[:80],
                ou=f"page {symbole.page}",
                echanges=echanges,
            )
    return PRESENT.enfreinte(
        "aucun datamatrix lisible dans l'édition",
        attendu="un datamatrix INS",
        recu=", ".join(s.format for s in symboles) or "aucun code à barres",
        ou="toutes les pages",
        echanges=echanges,
    )


def _nom_de_format(code: zxingcpp.BarcodeFormat) -> str:
    return str(code).rpartition(".")[2].replace(" ", "")


def _texte(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _lisible(contenu: str) -> str:
    return "".join(c if c.isprintable() else "<GS>" if c == GS else f"<{ord(c):02X}>" for c in contenu)
