"""Jeux de caractères et mots encodés des en-têtes (RFC 2047).

La bibliothèque `email` lit ces mêmes valeurs, mais en temps quadratique (18 s pour 32 Kio de guillemets dans un To) et
parfois en levant : ce module et ses voisins (`jetons`, `parametres`, `boites_lues`) sont linéaires, sans exception ;
les essais les comparent à `email`.
"""

from __future__ import annotations

import binascii
import codecs
import re

_MOT = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?([^?]*)\?=")
_MOT_MAX = 75
_CHARSET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}\Z")
# Codages de Python qui ne sont pas des jeux de caractères de courriel, ou se décodent en temps quadratique.
_REFUSES = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})


def texte_des_octets(octets: bytes) -> str:
    """Les octets d'un en-tête : de l'UTF-8, à défaut du latin-1."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def jeu_de_caracteres(nom: str) -> str:
    """Nom du codec Python d'un jeu de caractères de courriel ; vide s'il est inconnu."""
    if not _CHARSET.match(nom):
        return ""
    try:
        codec = codecs.lookup(nom)
    except LookupError:
        return ""
    texte = getattr(codec, "_is_text_encoding", True)
    return "" if not texte or codec.name.replace("-", "_") in _REFUSES else codec.name


def decoder_mots(texte: str) -> tuple[str, list[str]]:
    """Le texte, mots encodés décodés, et les défauts relevés (charset inconnu, base64 abîmé, mot trop long…)."""
    if "=?" not in texte:
        return texte, []
    rendu: list[str] = []
    defauts: list[str] = []
    attente: list[tuple[str, bytes]] = []
    fin = 0
    for trouve in _MOT.finditer(texte):
        entre = texte[fin : trouve.start()]
        # Le blanc entre deux mots encodés ne compte pas ; tout autre texte les sépare.
        if entre.strip(" \t\r\n") or not attente:
            rendu += [_joindre(attente, defauts), entre]
            attente = []
        fin = trouve.end()
        octets = _octets_du_mot(trouve[2], trouve[3], defauts)
        if len(trouve[0]) > _MOT_MAX:
            defauts.append(f"mot encodé de {len(trouve[0])} caractères ({_MOT_MAX} au plus)")
        if " " in trouve[3] or "\t" in trouve[3]:
            defauts.append("mot encodé portant un espace")
        attente.append((trouve[1].partition("*")[0], octets))
    rendu += [_joindre(attente, defauts), texte[fin:]]
    if "=?" in texte[fin:] or any("=?" in morceau for morceau in rendu[1::2]):
        defauts.append("mot encodé inachevé")
    return "".join(rendu), list(dict.fromkeys(defauts))


def _octets_du_mot(codage: str, contenu: str, defauts: list[str]) -> bytes:
    brut = contenu.encode("utf-8", "replace")
    if codage in "qQ":
        if re.search(rb"=(?![0-9A-Fa-f]{2})", brut):
            defauts.append("mot encodé en Q : « = » sans deux chiffres hexadécimaux")
        return binascii.a2b_qp(brut.replace(b"=\n", b"="), header=True)
    try:
        return binascii.a2b_base64(brut, strict_mode=True)
    except (binascii.Error, ValueError):
        defauts.append("mot encodé en B : base64 abîmé")
        utile = re.sub(rb"[^A-Za-z0-9+/]", b"", brut)
        utile = utile[:-1] if len(utile) % 4 == 1 else utile
        return binascii.a2b_base64(utile + b"=" * (-len(utile) % 4))


def _joindre(mots: list[tuple[str, bytes]], defauts: list[str]) -> str:
    """Décode des mots voisins ; ceux du même jeu sont recollés si un caractère y est coupé."""
    if not mots:
        return ""
    groupes: list[tuple[str, list[bytes]]] = []
    for charset, octets in mots:
        if groupes and groupes[-1][0].lower() == charset.lower():
            groupes[-1][1].append(octets)
        else:
            groupes.append((charset, [octets]))
    rendu = []
    for charset, morceaux in groupes:
        codec = jeu_de_caracteres(charset)
        if not codec:
            defauts.append(f"jeu de caractères inconnu : {charset[:40]}")
            codec = "latin-1"
        try:
            rendu.append("".join(morceau.decode(codec) for morceau in morceaux))
            continue
        except (UnicodeError, ValueError):
            pass
        try:
            rendu.append(b"".join(morceaux).decode(codec))
            defauts.append("un caractère est coupé entre deux mots encodés")
        except (UnicodeError, ValueError):
            defauts.append(f"octets qui ne sont pas du {charset[:40]}")
            rendu.append(b"".join(morceaux).decode("utf-8", "replace"))
    return "".join(rendu)
