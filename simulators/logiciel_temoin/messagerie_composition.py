"""Composition d'un courriel MSSanté : en-têtes, corps, pièces jointes, en octets prêts à partir."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

from simulators.logiciel_temoin import messagerie_mime as mime
from simulators.logiciel_temoin.cda_lecture import EnteteCda
from simulators.logiciel_temoin.environnement import Bal
from simulators.logiciel_temoin.horloge import PARIS
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_adresses import ecrire, expediteur

_LARGEUR = 76
_BALISE = re.compile(r"<\s*(/?)\s*([a-zA-Z][a-zA-Z0-9]*)\b[^>]*>")
_BLOCS = {"p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "blockquote"}

TRAITS_INS = ("nom_naissance", "premier_prenom_naissance", "date_naissance", "sexe")


@dataclass(frozen=True)
class Jointe:
    """Une pièce jointe."""

    nom: str
    type_mime: str
    octets: bytes


@dataclass(frozen=True)
class Documents:
    """Les documents joints : les en-têtes des CDA de l'archive, et les pièces (archive puis PDF)."""

    entetes: tuple[EnteteCda, ...]
    jointes: tuple[Jointe, ...]


@dataclass(frozen=True)
class Courriel:
    """Un courriel à composer. `copies_cachees` n'y paraît pas ; `retour` : à qui répondre (BAL applicative)."""

    bal: Bal
    canal: str
    objet: str
    corps: str
    message_id: str
    date: datetime
    destinataires: tuple[str, ...]
    copies: tuple[str, ...] = ()
    copies_cachees: tuple[str, ...] = ()
    mise_en_forme: bool = False
    retour: str = ""
    documents: Documents | None = None
    accuse_distribution: bool = False
    accuse_lecture: bool = False
    sans_reponse: bool = False
    parent: str = ""
    ancetres: tuple[str, ...] = field(default=())


def composer(labo: Labo, courriel: Courriel) -> bytes:
    """Le message entier, lignes en CRLF."""
    operation = f"{courriel.bal.type} {courriel.canal}"
    lignes = "".join(f"{nom}: {valeur}\r\n" for nom, valeur in _entetes(labo, courriel))
    lignes = labo.defauts.muter_texte("mss_entetes", lignes, operation)
    source = lignes.encode() + _contenu(labo, courriel)
    return labo.defauts.muter_texte("mss_source", source.decode("latin-1"), operation).encode("latin-1")


def _entetes(labo: Labo, c: Courriel) -> Iterator[tuple[str, str]]:
    yield "Date", format_datetime(c.date.astimezone(PARIS))
    yield "From", _adresse_libellee(*expediteur(labo, c.bal))
    if c.retour:
        yield "Reply-To", c.retour
    if c.destinataires:
        yield "To", _plier(c.destinataires, ",")
    elif not c.copies:
        yield "To", "undisclosed-recipients:;"
    if c.copies:
        yield "Cc", _plier(c.copies, ",")
    if c.copies_cachees and labo.defaut("mss_bcc_visible"):
        yield "Bcc", _plier(c.copies_cachees, ",")
    yield "Subject", c.objet if labo.defaut("mss_entete_8_bits") else _texte(c.objet, "Subject")
    yield "Message-ID", c.message_id
    if c.parent:
        yield "In-Reply-To", c.parent
        yield "References", _plier((*c.ancetres, c.parent), "")
    if c.accuse_distribution or labo.defaut("mss_accuse_distribution_toujours"):
        yield "Return-Receipt-To", c.bal.adresse
    if c.accuse_lecture or labo.defaut("mss_accuse_lecture_toujours"):
        yield "Disposition-Notification-To", c.bal.adresse
    yield "X-MSS-NIL", labo.reference_produit
    if c.documents:
        yield "X-MSS-CODECDA", ",".join(entete.type_document.code for entete in c.documents.entetes)
        yield "X-MSS-INS", "O" if any(ins_complete(entete) for entete in c.documents.entetes) else "N"
    elif labo.defaut("mss_entetes_sans_archive"):
        yield "X-MSS-CODECDA", "11502-2"
        yield "X-MSS-INS", "O"
    yield "MIME-Version", "1.0"
    if c.canal == "patient" and (c.sans_reponse or labo.defaut("mss_fin_toujours")):
        yield "X-MSS-MES", "FIN"


def ins_complete(entete: EnteteCda) -> bool:
    """Matricule, OID et les quatre traits : ce que X-MSS-INS appelle une INS qualifiée (ECO.2.4.2)."""
    return entete.ins is not None and all(entete.identite[trait] for trait in TRAITS_INS)


def _plier(valeurs: Sequence[str], separateur: str) -> str:
    """Une valeur par ligne dès que la ligne déborde ; jamais coupée en son milieu."""
    lie = f"{separateur} ".join(valeurs)
    return lie if len(lie) <= _LARGEUR - 16 else f"{separateur}\r\n ".join(valeurs)


def _texte(valeur: str, nom: str) -> str:
    """Texte d'en-tête, plié ; RFC 2047 s'il sort de l'ASCII."""
    jeu = "us-ascii" if valeur.isascii() else "utf-8"
    return Header(valeur, jeu, maxlinelen=_LARGEUR, header_name=nom).encode(linesep="\r\n")


def _adresse_libellee(libelle: str, adresse: str) -> str:
    if libelle.isascii():
        return ecrire(libelle, adresse)
    return f"{_texte(libelle, 'From')} <{adresse}>"


def _contenu(labo: Labo, courriel: Courriel) -> bytes:
    """Le texte, seul ou doublé d'HTML, puis les pièces jointes."""
    brut, mis_en_forme = _corps(labo, courriel)
    jeu = "iso-8859-1" if labo.defaut("mss_latin1") else "utf-8"
    corps = mime.texte(brut, jeu=jeu)
    if mis_en_forme is not None:
        formes = [corps, mime.texte(mis_en_forme, "html", jeu)]
        if labo.defaut("mss_html_d_abord"):
            formes.reverse()
        corps = formes[1] if labo.defaut("mss_corps_html_seul") else mime.multiple("alternative", formes)
    if not courriel.documents:
        return corps
    jointes = [mime.jointe(j.nom, j.type_mime, j.octets) for j in courriel.documents.jointes]
    return mime.multiple("mixed", [corps, *jointes])


def _corps(labo: Labo, courriel: Courriel) -> tuple[str, str | None]:
    """(texte, HTML ou None) : les deux disent la même chose, mention finale comprise."""
    mention = _mention(labo, courriel)
    if not courriel.mise_en_forme:
        return "\n\n".join(bloc for bloc in (courriel.corps, mention) if bloc) + "\n", None
    source = courriel.corps if _BALISE.search(courriel.corps) else _en_html(courriel.corps)
    texte = texte_de(source)
    if labo.defaut("mss_html_different"):
        texte = "Ce message est à lire dans sa version mise en forme."
    pied = f"<p>{html.escape(mention)}</p>" if mention else ""
    corps = f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"></head><body>{source}\n{pied}</body></html>\n'
    return "\n\n".join(bloc for bloc in (texte, mention) if bloc) + "\n", corps


def _mention(labo: Labo, courriel: Courriel) -> str:
    """Fin d'un message de BAL applicative : il est automatique, et voici qui joindre (ECO.2.2.5)."""
    if courriel.bal.type != "APP":
        return ""
    mention = f"Ce message a été généré automatiquement. Pour nous répondre, écrivez à {courriel.retour}."
    return labo.defauts.muter_texte("mss_mention", mention)


def _en_html(texte: str) -> str:
    paragraphes = [html.escape(p).replace("\n", "<br>\n") for p in re.split(r"\n{2,}", texte.strip())]
    return "\n".join(f"<p>{p}</p>" for p in paragraphes)


def texte_de(source: str) -> str:
    """Le texte d'un HTML simple : balises retirées, un saut de ligne par bloc."""
    sans_entete = re.sub(r"(?is)<(head|style|script)\b.*?</\1\s*>", "", source)
    lie = " ".join(sans_entete.split())

    def remplacer(balise: re.Match[str]) -> str:
        nom, fermante = balise.group(2).lower(), bool(balise.group(1))
        return "\n" if nom == "br" or (nom in _BLOCS and fermante) else ""

    texte = html.unescape(_BALISE.sub(remplacer, re.sub(r"<!--.*?-->|<![^>]*>", "", lie)))
    return "\n".join(ligne.strip() for ligne in texte.split("\n")).strip()
