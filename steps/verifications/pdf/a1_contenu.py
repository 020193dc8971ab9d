"""Ce qu'emploient les contenus d'un PDF (pages, formulaires, motifs) : polices, couleurs, opérateurs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pikepdf

from steps.verifications.pdf.flux import PdfDemesure
from steps.verifications.pdf.objets import Objet, entree, nom_de

INSTRUCTIONS_MAX = 1_500_000
OPERATEURS = frozenset(
    {
        "b", "B", "b*", "B*", "BDC", "BI", "BMC", "BT", "BX", "c", "cm", "CS", "cs", "d", "d0", "d1", "Do",
        "DP", "EI", "EMC", "ET", "EX", "f", "F", "f*", "G", "g", "gs", "h", "i", "ID", "j", "J", "K", "k", "l",
        "M", "m", "MP", "n", "q", "Q", "re", "RG", "rg", "ri", "s", "S", "SC", "sc", "SCN", "scn", "sh", "T*",
        "Tc", "Td", "TD", "Tf", "Tj", "TJ", "TL", "Tm", "Tr", "Ts", "Tw", "Tz", "v", "w", "W", "W*", "y", "'",
        '"', "INLINE", "IMAGE",
    }
)  # fmt: skip
_COULEURS = {"g": "Gray", "G": "Gray", "rg": "RGB", "RG": "RGB", "k": "CMYK", "K": "CMYK"}
_ABREGES = {"G": "DeviceGray", "RGB": "DeviceRGB", "CMYK": "DeviceCMYK"}
_TEXTES = frozenset(("Tj", "TJ", "'", '"'))
INVISIBLE = 3


@dataclass
class Usages:
    """Ce qui a été rencontré. `polices` : clé d'objet → (police, modes de rendu du texte). `couleurs` : nom → où."""

    polices: dict[object, tuple[pikepdf.Object, set[int]]] = field(default_factory=dict)
    couleurs: dict[str, str] = field(default_factory=dict)
    inconnus: set[str] = field(default_factory=set)
    intentions: set[str] = field(default_factory=set)
    lzw_en_ligne: int = 0
    interpolations: int = 0
    imbrication: int = 0
    illisibles: list[str] = field(default_factory=list)
    instructions: int = 0


@dataclass
class _Etat:
    police: pikepdf.Object | None = None
    mode: int = 0


def relever(pdf: pikepdf.Pdf, objets: Iterable[Objet]) -> Usages:
    """Parcourt tous les contenus du fichier ; lève `PdfDemesure`."""
    usages = Usages()
    for rang, page in enumerate(pdf.pages, 1):
        _contenu(page.obj, entree(page.obj, "/Resources"), f"page {rang}", usages)
    for objet in objets:
        valeur = objet.valeur
        if not isinstance(valeur, pikepdf.Stream):
            continue
        ou = f"objet {objet.numero}"
        if nom_de(entree(valeur, "/Subtype")) == "Form" or entree(valeur, "/PatternType") == 1:
            _contenu(valeur, entree(valeur, "/Resources"), ou, usages)
        elif nom_de(entree(valeur, "/Subtype")) == "Image" and entree(valeur, "/ImageMask") is not True:
            _espace(entree(valeur, "/ColorSpace"), None, ou, usages)
    return usages


def _contenu(contenu: pikepdf.Object, ressources: object, ou: str, usages: Usages) -> None:
    try:
        instructions = pikepdf.parse_content_stream(contenu)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as erreur:
        usages.illisibles.append(f"{ou} : {' '.join(str(erreur).split())[:120]}")
        return
    usages.instructions += len(instructions)
    if usages.instructions > INSTRUCTIONS_MAX:
        raise PdfDemesure(f"plus de {INSTRUCTIONS_MAX} opérateurs dans les contenus")
    etat, pile, compatibilite = _Etat(), list[_Etat](), 0
    for instruction in instructions:
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            _image_en_ligne(instruction, ressources, ou, usages)
            continue
        operateur = _operateur(instruction.operator)
        operandes: list[object] = list(instruction.operands)
        compatibilite += {"BX": 1, "EX": -1}.get(operateur, 0)
        if operateur not in OPERATEURS and not compatibilite:
            usages.inconnus.add(operateur[:20])
        elif operateur == "q":
            pile.append(_Etat(etat.police, etat.mode))
            usages.imbrication = max(usages.imbrication, len(pile))
        elif operateur == "Q" and pile:
            etat = pile.pop()
        elif operateur == "Tf" and operandes:
            etat.police = _ressource(ressources, "/Font", operandes[0])
        elif operateur == "Tr" and operandes and isinstance(operandes[0], int):
            etat.mode = operandes[0]
        elif operateur in _TEXTES and etat.police is not None:
            cle = etat.police.objgen if etat.police.is_indirect else id(etat.police)
            usages.polices.setdefault(cle, (etat.police, set()))[1].add(etat.mode)
        elif operateur in _COULEURS:
            _espace(pikepdf.Name(f"/Device{_COULEURS[operateur]}"), ressources, ou, usages)
        elif operateur in ("cs", "CS") and operandes:
            nomme = _ressource(ressources, "/ColorSpace", operandes[0])
            _espace(nomme if nomme is not None else operandes[0], ressources, ou, usages)
        elif operateur == "ri" and operandes:
            usages.intentions.add(nom_de(operandes[0]))


def _operateur(operateur: pikepdf.Operator) -> str:
    try:
        return str(operateur)
    except UnicodeDecodeError:
        return "illisible"


def _image_en_ligne(image: pikepdf.ContentStreamInlineImage, ressources: object, ou: str, usages: Usages) -> None:
    for operande in image.operands:
        en_ligne = getattr(operande, "obj", None)
        dictionnaire: dict[str, object] = dict(en_ligne.items()) if isinstance(en_ligne, pikepdf.Dictionary) else {}
        filtres = dictionnaire.get("/Filter", dictionnaire.get("/F"))
        liste = list(filtres) if isinstance(filtres, pikepdf.Array) else [filtres]
        usages.lzw_en_ligne += any(nom_de(filtre) in ("LZW", "LZWDecode") for filtre in liste)
        usages.interpolations += dictionnaire.get("/Interpolate", dictionnaire.get("/I")) is True
        espace = nom_de(dictionnaire.get("/ColorSpace", dictionnaire.get("/CS")))
        if espace:
            _espace(pikepdf.Name(f"/{_ABREGES.get(espace, espace)}"), ressources, ou, usages)


def _espace(espace: object, ressources: object, ou: str, usages: Usages) -> None:
    """Note l'emploi d'un espace de couleurs du périphérique que ne remplace pas un espace par défaut."""
    nom = nom_de(espace)
    if isinstance(espace, pikepdf.Array) and len(espace):
        if nom_de(espace[0]) in ("Indexed", "I") and len(espace) > 1:
            _espace(espace[1], ressources, ou, usages)
            return
        nom = nom_de(espace[0]) if len(espace) == 1 else ""
    court = nom.removeprefix("Device")
    if court == nom or court not in ("Gray", "RGB", "CMYK"):
        return
    if _ressource(ressources, "/ColorSpace", pikepdf.Name(f"/Default{court}")) is None:
        usages.couleurs.setdefault(court, ou)


def _ressource(ressources: object, genre: str, nom: object) -> pikepdf.Object | None:
    dictionnaire = entree(ressources, genre)
    valeur = entree(dictionnaire, f"/{nom_de(nom)}") if nom_de(nom) else None
    return valeur if isinstance(valeur, pikepdf.Object) else None


def polices_visibles(usages: Usages) -> Iterator[pikepdf.Object]:
    """Les polices d'un texte qui se voit."""
    return (police for police, modes in usages.polices.values() if modes != {INVISIBLE})
