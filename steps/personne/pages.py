"""Lire une page comme une personne : ses formulaires, ses liens, ses boutons, leurs mots. Sans entrée-sortie."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from lxml import html as lxml_html

_INVISIBLES = frozenset({"hidden"})
_BOUTONS = frozenset({"submit", "image", "button"})
_RAFRAICHIR = re.compile(r"\s*(\d+)(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choix:
    """Une option d'une liste, une case ou un bouton radio : la valeur envoyée et ce que la personne lit."""

    valeur: str
    libelle: str
    choisi: bool = False


@dataclass(frozen=True, slots=True)
class Champ:
    """Un champ de formulaire ; `genre` : text, password, hidden, select, radio, checkbox…

    `mots` : tout ce qui dit à quoi il sert (nom, identifiant, étiquette, invite, autocomplete), sans accents.
    """

    nom: str
    genre: str
    valeur: str
    mots: str
    choix: tuple[Choix, ...] = ()

    @property
    def visible(self) -> bool:
        return self.genre not in _INVISIBLES


@dataclass(frozen=True, slots=True)
class Bouton:
    """Un bouton. `rang` : parmi les boutons de son formulaire, ou, sans formulaire (`formulaire` à None), parmi
    tous ceux de la page qui n'en ont pas, dans l'ordre du document."""

    rang: int
    formulaire: int | None
    nom: str
    valeur: str
    mots: str
    libelle: str = ""
    soumet: bool = True


@dataclass(frozen=True, slots=True)
class Formulaire:
    """Un formulaire. `rang` : parmi les formulaires du document (`document.forms[rang]`)."""

    rang: int
    methode: str
    action: str
    champs: tuple[Champ, ...]
    boutons: tuple[Bouton, ...]
    mots: str = ""
    enctype: str = ""

    def champ(self, nom: str) -> Champ | None:
        return next((c for c in self.champs if c.nom == nom), None)


@dataclass(frozen=True, slots=True)
class Lien:
    """Un lien. `rang` : parmi les `a[href]` du document."""

    rang: int
    url: str
    mots: str
    libelle: str = ""


@dataclass(frozen=True)
class Page:
    """Une page affichée : son adresse, son statut, son HTML tel que le navigateur le tient."""

    url: str
    statut: int
    html: str = field(repr=False)
    type_contenu: str = "text/html"

    @cached_property
    def _racine(self) -> Any:
        texte = self.html.strip()
        if not texte or "html" not in self.type_contenu:
            return lxml_html.fromstring("<html></html>")
        # L'en-tête XML d'un XHTML gênerait la lecture d'un texte déjà décodé.
        return lxml_html.document_fromstring(re.sub(r"^<\?xml[^>]*\?>", "", texte))

    @cached_property
    def titre(self) -> str:
        titres = self._racine.xpath("//title")
        return _texte(titres[0]) if titres else ""

    @cached_property
    def texte(self) -> str:
        """Ce que la personne lit, balises, scripts et styles retirés."""
        corps = self._racine.xpath("//body") or [self._racine]
        morceaux = corps[0].xpath(".//text()[not(ancestor::script or ancestor::style or ancestor::template)]")
        return re.sub(r"\s+", " ", " ".join(map(str, morceaux))).strip()

    @cached_property
    def base(self) -> str:
        bases = self._racine.xpath("//base/@href")
        return urljoin(self.url, str(bases[0])) if bases else self.url

    @cached_property
    def formulaires(self) -> tuple[Formulaire, ...]:
        return tuple(self._formulaire(rang, noeud) for rang, noeud in enumerate(self._racine.xpath("//form")))

    @cached_property
    def liens(self) -> tuple[Lien, ...]:
        return tuple(
            Lien(rang, urljoin(self.base, noeud.get("href").strip()), _mots(noeud, "href"), _libelle(noeud))
            for rang, noeud in enumerate(self._racine.xpath("//a[@href]"))
        )

    @cached_property
    def boutons_libres(self) -> tuple[Bouton, ...]:
        """Boutons hors de tout formulaire : sans script, ils ne font rien."""
        noeuds = [n for n in _boutons(self._racine) if not n.xpath("ancestor::form") and not n.get("form")]
        return tuple(_bouton(rang, None, noeud) for rang, noeud in enumerate(noeuds))

    @cached_property
    def images(self) -> tuple[str, ...]:
        """Adresses des images affichées, dans l'ordre."""
        return tuple(urljoin(self.base, str(src)) for src in self._racine.xpath("//img/@src | //input/@src"))

    @cached_property
    def suite(self) -> str:
        """Adresse où la page dit d'aller d'elle-même (`meta refresh` immédiat) ; vide sinon."""
        for noeud in self._racine.xpath("//meta[@http-equiv and @content]"):
            trouve = _RAFRAICHIR.match(noeud.get("content"))
            if noeud.get("http-equiv").lower() == "refresh" and trouve and int(trouve[1]) <= 1:
                return str(urljoin(self.base, trouve[2].strip()))
        return ""

    def _formulaire(self, rang: int, noeud: Any) -> Formulaire:
        boutons = [n for n in _boutons(self._racine) if _appartient(n, noeud)]
        return Formulaire(
            rang=rang,
            methode=(noeud.get("method") or "get").upper(),
            action=urljoin(self.base, (noeud.get("action") or self.url).strip()),
            champs=tuple(_champs(self._racine, noeud)),
            boutons=tuple(_bouton(n, rang, element) for n, element in enumerate(boutons)),
            mots=_mots(noeud, "action"),
            enctype=(noeud.get("enctype") or "").lower(),
        )


def sans_accents(texte: str) -> str:
    """En minuscules, sans accents, blancs réunis : pour reconnaître un mot quelle que soit sa graphie."""
    plat = "".join(c for c in unicodedata.normalize("NFKD", texte) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", plat.replace("œ", "oe").replace("Œ", "oe")).strip().lower()


def _boutons(racine: Any) -> list[Any]:
    return [
        noeud
        for noeud in racine.xpath("//button | //input[@type] | //*[@role='button'][not(self::a[@href])]")
        if noeud.tag != "input" or noeud.get("type").lower() in _BOUTONS
        if noeud.get("disabled") is None
    ]


def _appartient(noeud: Any, formulaire: Any) -> bool:
    if lie := noeud.get("form"):
        return bool(lie == formulaire.get("id"))
    return formulaire in noeud.iterancestors("form")


def _bouton(rang: int, formulaire: int | None, noeud: Any) -> Bouton:
    genre = (noeud.get("type") or ("submit" if noeud.tag == "button" else "button")).lower()
    return Bouton(
        rang=rang,
        formulaire=formulaire,
        nom=noeud.get("name") or "",
        valeur=noeud.get("value") or "",
        mots=_mots(noeud, "formaction", "value"),
        libelle=_libelle(noeud) or noeud.get("value") or "",
        soumet=genre in ("submit", "image"),
    )


def _champs(racine: Any, formulaire: Any) -> Iterator[Champ]:
    radios: dict[str, list[Choix]] = {}
    for noeud in racine.xpath("//input | //select | //textarea"):
        nom, genre = noeud.get("name") or "", (noeud.get("type") or "text").lower()
        if not nom or noeud.get("disabled") is not None or not _appartient(noeud, formulaire):
            continue
        if noeud.tag == "select":
            options = tuple(_options(noeud))
            choisi = next((o.valeur for o in options if o.choisi), options[0].valeur if options else "")
            yield Champ(nom, "select", choisi, _mots_de_champ(racine, noeud), options)
        elif noeud.tag == "textarea":
            yield Champ(nom, "text", noeud.text or "", _mots_de_champ(racine, noeud))
        elif genre in ("radio", "checkbox"):
            coche = noeud.get("checked") is not None
            choix = Choix(noeud.get("value") or "on", _etiquette(racine, noeud), coche)
            if genre == "checkbox":
                yield Champ(nom, genre, choix.valeur if coche else "", _mots_de_champ(racine, noeud), (choix,))
            else:
                radios.setdefault(nom, []).append(choix)
        elif genre not in _BOUTONS and genre != "reset":
            yield Champ(nom, genre, noeud.get("value") or "", _mots_de_champ(racine, noeud))
    for nom, possibles in radios.items():
        choisi = next((c.valeur for c in possibles if c.choisi), "")
        yield Champ(nom, "radio", choisi, sans_accents(nom), tuple(possibles))


def _options(noeud: Any) -> Iterator[Choix]:
    for option in noeud.iter("option"):
        if option.get("disabled") is None:
            libelle = _texte(option)
            valeur = option.get("value")
            yield Choix(libelle if valeur is None else valeur, libelle, option.get("selected") is not None)


def _etiquette(racine: Any, noeud: Any) -> str:
    """Le texte de l'étiquette qui désigne ce champ, ou qui l'entoure."""
    identifiant = noeud.get("id")
    liees = [e for e in racine.xpath("//label[@for]") if e.get("for") == identifiant] if identifiant else []
    entourantes = list(noeud.iterancestors("label"))
    return " ".join(_texte(e) for e in [*liees, *entourantes])


def _mots_de_champ(racine: Any, noeud: Any) -> str:
    return f"{_mots(noeud, 'placeholder', 'autocomplete')} {sans_accents(_etiquette(racine, noeud))}".strip()


def _mots(noeud: Any, *attributs: str) -> str:
    """Tout ce qui dit à quoi sert un élément : son texte, ses images, ses attributs parlants."""
    valeurs = [_libelle(noeud)]
    for nom in ("name", "id", "class", "title", "aria-label", *attributs):
        valeurs.append(noeud.get(nom) or "")
    return sans_accents(" ".join(v for v in valeurs if v))


def _libelle(noeud: Any) -> str:
    """Ce qu'une personne, ou son lecteur d'écran, lit de cet élément."""
    if noeud.tag == "form":
        return ""
    images = [str(alt) for alt in noeud.xpath(".//img/@alt | .//svg//*[local-name()='title']/text()")]
    propre = noeud.get("alt") or ""
    return re.sub(r"\s+", " ", " ".join([_texte(noeud), *images, propre])).strip()


def _texte(noeud: Any) -> str:
    return re.sub(r"\s+", " ", str(noeud.text_content())).strip()
