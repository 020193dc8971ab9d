"""Ce que dessine un PDF, suivi de page en page : polices, couleurs, objets, états et opérateurs employés.

Un objet que rien ne dessine (reste d'une version d'avant, ressource jamais nommée) ne compte pas : il ne se voit ni ne
s'imprime.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

from steps.verifications.pdf.a1_limites import COULEURS_MAX, hors_limite
from steps.verifications.pdf.flux import PdfDemesure
from steps.verifications.pdf.objets import entree, nom_de

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
_RESSOURCES = {"Do": "/XObject", "gs": "/ExtGState", "sh": "/Shading", "scn": "/Pattern", "SCN": "/Pattern"}
_ANCETRES_MAX = 50
INVISIBLE = 3


@dataclass
class Usages:
    """Ce qui est employé. `polices` : clé d'objet → (police, modes de rendu du texte). `couleurs` : nom → où.

    `xobjets`, `etats` : (numéro d'objet, objet) dessinés, ou nommés par l'opérateur gs ; 0 pour un objet direct.
    """

    polices: dict[object, tuple[pikepdf.Object, set[int]]] = field(default_factory=dict)
    couleurs: dict[str, str] = field(default_factory=dict)
    xobjets: list[tuple[int, pikepdf.Object]] = field(default_factory=list)
    etats: list[tuple[int, pikepdf.Object]] = field(default_factory=list)
    inconnus: set[str] = field(default_factory=set)
    intentions: set[str] = field(default_factory=set)
    lzw_en_ligne: int = 0
    interpolations: int = 0
    imbrication: int = 0
    hors_limites: list[str] = field(default_factory=list)
    illisibles: list[str] = field(default_factory=list)
    instructions: int = 0


@dataclass
class _Etat:
    police: pikepdf.Object | None = None
    mode: int = 0


def relever(pdf: pikepdf.Pdf) -> Usages:
    """Suit les contenus des pages et de leurs annotations ; lève `PdfDemesure`."""
    parcours = _Parcours()
    for rang, page in enumerate(pdf.pages, 1):
        parcours.suivre(page.obj, _heritees(page.obj), f"page {rang}")
        for apparence in _apparences(page.obj):
            parcours.suivre(apparence, entree(apparence, "/Resources"), f"page {rang}, annotation")
    return parcours.usages


def _heritees(page: pikepdf.Object) -> object:
    """Les ressources de la page, ou du nœud de l'arbre dont elle en hérite."""
    noeud: object = page
    for _ in range(_ANCETRES_MAX):
        ressources = entree(noeud, "/Resources")
        if ressources is not None or noeud is None:
            return ressources
        noeud = entree(noeud, "/Parent")
    return None


def _apparences(page: pikepdf.Object) -> Iterator[pikepdf.Object]:
    annotations = entree(page, "/Annots")
    for annotation in list(annotations) if isinstance(annotations, pikepdf.Array) else []:
        normale = entree(entree(annotation, "/AP"), "/N")
        etats = [v for _, v in normale.items()] if isinstance(normale, pikepdf.Dictionary) else [normale]
        yield from (etat for etat in etats if isinstance(etat, pikepdf.Stream))


class _Parcours:
    """Chaque contenu dessiné, une fois, dans l'ordre où il se rencontre."""

    def __init__(self) -> None:
        self.usages = Usages()
        self._vus: set[object] = set()
        self._a_faire: list[tuple[pikepdf.Object, object, str]] = []

    def suivre(self, contenu: pikepdf.Object, ressources: object, ou: str) -> None:
        """Lit ce contenu, puis tous ceux qu'il dessine."""
        self._prevoir(contenu, ressources, ou)
        while self._a_faire:
            self._lire(*self._a_faire.pop())

    def _prevoir(self, contenu: pikepdf.Object, ressources: object, ou: str) -> None:
        if self._nouveau(contenu):
            self._a_faire.append((contenu, ressources, ou))

    def _nouveau(self, objet: pikepdf.Object) -> bool:
        cle = objet.objgen if objet.is_indirect else id(objet)
        if cle in self._vus:
            return False
        self._vus.add(cle)
        return True

    def _lire(self, contenu: pikepdf.Object, ressources: object, ou: str) -> None:
        usages = self.usages
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
            _mesurer(operandes, f"{ou}, opérateur {operateur}", usages)
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
                self._police(etat.police, etat.mode, ressources, ou)
            elif operateur in _COULEURS:
                _espace(pikepdf.Name(f"/Device{_COULEURS[operateur]}"), ressources, ou, usages)
            elif operateur in ("cs", "CS") and operandes:
                nomme = _ressource(ressources, "/ColorSpace", operandes[0])
                _espace(nomme if nomme is not None else operandes[0], ressources, ou, usages)
            elif operateur == "ri" and operandes:
                usages.intentions.add(nom_de(operandes[0]))
            elif operateur in _RESSOURCES and operandes:
                self._employer(_RESSOURCES[operateur], operandes[-1], ressources, ou)

    def _police(self, police: pikepdf.Object, mode: int, ressources: object, ou: str) -> None:
        cle = police.objgen if police.is_indirect else id(police)
        if cle not in self.usages.polices and nom_de(entree(police, "/Subtype")) == "Type3":
            propres = entree(police, "/Resources")
            dessins = entree(police, "/CharProcs")
            for _, dessin in dessins.items() if isinstance(dessins, pikepdf.Dictionary) else ():
                if isinstance(dessin, pikepdf.Stream):
                    self._prevoir(dessin, ressources if propres is None else propres, f"{ou}, police Type3")
        self.usages.polices.setdefault(cle, (police, set()))[1].add(mode)

    def _employer(self, genre: str, nom: object, ressources: object, ou: str) -> None:
        """Un objet, un motif, un dégradé ou un état graphique nommé par un opérateur."""
        objet = _ressource(ressources, genre, nom)
        if objet is None:
            return
        numero = objet.objgen[0]
        la = f"objet {numero}" if numero else ou
        if genre == "/Shading":
            _espace(entree(objet, "/ColorSpace"), ressources, la, self.usages)
        elif genre == "/Pattern":
            self._motif(objet, ressources, la)
        elif not self._nouveau(objet):
            return
        elif genre == "/ExtGState":
            self.usages.etats.append((numero, objet))
        else:
            self.usages.xobjets.append((numero, objet))
            self._dessiner(objet, ressources, la)

    def _motif(self, motif: pikepdf.Object, ressources: object, ou: str) -> None:
        if isinstance(motif, pikepdf.Stream):
            self._prevoir(motif, _propres(motif, ressources), ou)
        else:
            _espace(entree(entree(motif, "/Shading"), "/ColorSpace"), ressources, ou, self.usages)

    def _dessiner(self, objet: pikepdf.Object, ressources: object, ou: str) -> None:
        genre = nom_de(entree(objet, "/Subtype"))
        if genre == "Form":
            self._a_faire.append((objet, _propres(objet, ressources), ou))
        elif genre == "Image" and entree(objet, "/ImageMask") is not True:
            _espace(entree(objet, "/ColorSpace"), ressources, ou, self.usages)


def _propres(objet: pikepdf.Object, ressources: object) -> object:
    """Les ressources d'un formulaire ou d'un motif ; à défaut, celles d'où il est dessiné."""
    siennes = entree(objet, "/Resources")
    return ressources if siennes is None else siennes


def _mesurer(operandes: list[object], ou: str, usages: Usages) -> None:
    """Note les nombres et les chaînes du contenu hors de leurs limites, tableaux (TJ) compris."""
    for operande in operandes:
        valeurs = list(operande) if isinstance(operande, pikepdf.Array) else [operande]
        usages.hors_limites += [f"{ou} : {ecart}" for valeur in valeurs if (ecart := hors_limite(valeur))]


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
        intention = nom_de(dictionnaire.get("/Intent"))
        usages.intentions |= {intention} if intention else set()
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
        if nom_de(espace[0]) == "DeviceN" and len(espace) > 1 and isinstance(espace[1], pikepdf.Array):
            trop = len(espace[1]) > COULEURS_MAX
            usages.hors_limites += [f"{ou} : DeviceN de {len(espace[1])} couleurs"] if trop else []
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
