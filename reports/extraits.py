"""Ce qu'une personne lit d'un échange : en-têtes, corps mis en forme et coupé, jamais plus que la limite demandée."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from reports.texte import abreger, nombre
from simulators.socle.echange import Corps, Echange, Reponse, Requete

LIMITE = 4096
"""Caractères d'un corps montrés dans un rapport ; le corps entier est à côté, désigné par son empreinte."""

# Au-delà, un corps n'est pas mis en forme : le début brut suffit, et un lot de 60 Mo n'est pas lu en entier.
_LECTURE_MAX = 128 * 1024
_VALEUR_MAX = 160
_PARTIES_MAX = 6

# Ni DTD, ni entité, ni réseau : un corps reçu est hostile jusqu'à preuve du contraire.
_ANALYSEUR: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_blank_text": True,
}
_DELIMITEUR = re.compile(rb"\A(?:\r?\n)?--([^\r\n]{1,200})\r?\n")
_CODE = "[A-Za-z0-9+/=_-]"
# Le regard en arrière rend la recherche linéaire : sans lui, chaque ligne de base64 serait relue depuis chaque signe.
_CODE_LONG = re.compile(rf"(?<!{_CODE}){_CODE}{{{_VALEUR_MAX},}}")


@dataclass(frozen=True, slots=True)
class Extrait:
    """Un texte à montrer. `coupe` : le corps entier en dit plus que cet extrait."""

    texte: str
    coupe: bool = False


def extraire(corps: Corps, limite: int = LIMITE) -> Extrait:
    """Le corps en texte : XML et JSON mis en forme, parties MIME une à une, valeurs encodées abrégées."""
    if corps.taille == 0:
        return Extrait("")
    try:
        with corps.ouvrir() as flux:
            debut = flux.read(_LECTURE_MAX)
    except OSError as erreur:
        return Extrait(f"[corps illisible dans le journal : {erreur.strerror or erreur}]", coupe=True)
    entier = corps.taille <= len(debut)
    texte = _mettre_en_forme(debut, entier)
    if len(texte) > limite:
        return Extrait(texte[:limite], coupe=True)
    return Extrait(texte, coupe=not entier)


def _mettre_en_forme(octets: bytes, entier: bool) -> str:
    if trouve := _DELIMITEUR.match(octets):
        return _parties(octets, trouve.group(1), entier)
    return _contenu(octets, entier)


def _parties(octets: bytes, delimiteur: bytes, entier: bool) -> str:
    morceaux = octets.split(b"--" + delimiteur)[1:]
    lignes = []
    for rang, morceau in enumerate(morceaux[:_PARTIES_MAX]):
        if morceau.startswith(b"--"):
            break
        tete, _, contenu = morceau.strip(b"\r\n").partition(b"\r\n\r\n")
        derniere = rang == len(morceaux) - 1
        lignes.append(f"--{delimiteur.decode('utf-8', 'replace')}\n{tete.decode('utf-8', 'replace')}\n")
        lignes.append(_contenu(contenu, entier or not derniere) + "\n")
    if len(morceaux) > _PARTIES_MAX + 1:
        lignes.append(f"[{nombre(len(morceaux) - _PARTIES_MAX - 1)} parties de plus]")
    return "\n".join(lignes).replace("\r\n", "\n")


def _contenu(octets: bytes, entier: bool) -> str:
    tete = octets[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if entier and tete.startswith(b"<") and b"<!DOCTYPE" not in octets[:4096]:
        mis_en_forme = _xml(octets)
        if mis_en_forme is not None:
            return mis_en_forme
    if entier and tete.startswith((b"{", b"[")):
        try:
            return json.dumps(json.loads(octets), ensure_ascii=False, indent=2)
        except (ValueError, RecursionError):
            pass
    return _texte_brut(octets)


def _xml(octets: bytes) -> str | None:
    try:
        racine = etree.fromstring(octets.strip(), etree.XMLParser(**_ANALYSEUR))
    except (etree.XMLSyntaxError, ValueError):
        return None
    for element in racine.iter(etree.Element):
        if element.text and len(element.text) > _VALEUR_MAX:
            element.text = _abreger_valeur(element.text)
    etree.indent(racine)
    return etree.tostring(racine, encoding="unicode")


def _texte_brut(octets: bytes) -> str:
    try:
        texte = octets.decode("utf-8")
    except UnicodeDecodeError as erreur:
        if erreur.reason != "unexpected end of data" and erreur.start < len(octets) - 4:
            return f"[contenu binaire, début : {octets[:24].hex(' ')}]"
        texte = octets[: erreur.start].decode("utf-8")
    if "\x00" in texte:
        return f"[contenu binaire, début : {octets[:24].hex(' ')}]"
    return _abreger_valeur(texte)


def _abreger_valeur(texte: str) -> str:
    """Une signature ou un document en base64 ne se lit pas : son début suffit à le reconnaître."""
    return _CODE_LONG.sub(lambda trouve: abreger(trouve.group(), 40), texte)


def texte_requete(requete: Requete, limite: int = LIMITE) -> str:
    """La requête en texte : ligne de départ, en-têtes dans l'ordre reçu, corps abrégé."""
    version = f" HTTP/{requete.version_http}" if requete.version_http else ""
    return _message(f"{requete.methode} {requete.cible}{version}", requete.entetes, requete.corps, limite)


def texte_reponse(reponse: Reponse | None, limite: int = LIMITE) -> str:
    """La réponse en texte ; dit qu'il n'y en a pas eu quand la connexion a été coupée."""
    if reponse is None:
        return "[aucune réponse : connexion coupée]"
    return _message(f"HTTP {reponse.statut}", reponse.entetes, reponse.corps, limite)


def _message(depart: str, entetes: tuple[tuple[str, str], ...], corps: Corps, limite: int) -> str:
    lignes = [depart, *(f"{nom}: {abreger(valeur, 500)}" for nom, valeur in entetes), ""]
    extrait = extraire(corps, limite)
    lignes.append(extrait.texte)
    if extrait.coupe:
        lignes.append(f"[extrait ; corps entier : {corps.taille} octets, SHA-256 {corps.sha256}]")
    return "\n".join(lignes)


def resume_echange(echange: Echange) -> str:
    """Une ligne : service, opération, ligne de requête, statut, panne."""
    operation = echange.operation or "opération non reconnue"
    protocole = "HTTP " if echange.requete.version_http else ""
    statut = f"{protocole}{echange.reponse.statut}" if echange.reponse else "sans réponse"
    panne = f", panne « {echange.panne} »" if echange.panne else ""
    return (
        f"n° {echange.numero} · {echange.service} · {operation} · "
        f"{echange.requete.methode} {abreger(echange.requete.cible, 120)} → {statut}{panne}"
    )
