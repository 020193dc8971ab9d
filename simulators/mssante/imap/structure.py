"""ENVELOPE, BODY, BODYSTRUCTURE et sections d'un message (RFC 3501 § 7.4.2 et 6.4.5, RFC 3516)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.mssante.imap.contenu import Contenu, Declaration, Partie
from simulators.mssante.imap.reponses import chaine

_JETON = re.compile(rb'"(?:[^"\\]|\\.)*"?|\((?:[^()\\]|\\.)*\)?|<[^>]*>?|[,;:]|[^\s",;:<>()]+|\s+|[<>()]', re.DOTALL)
_ECHAPPE = re.compile(rb"\\(.)", re.DOTALL)
ADRESSES_MAX = 2000


def enveloppe(part: Partie) -> bytes:
    """`ENVELOPE` ; From sert à défaut de Sender et de Reply-To."""
    de = liste_adresses(part.valeur(b"from"))
    autres = [part.valeur(nom) for nom in (b"sender", b"reply-to")]
    return b"(%b)" % b" ".join(
        (
            chaine(part.valeur(b"date")),
            chaine(part.valeur(b"subject")),
            de,
            *(liste_adresses(autre) if autre else de for autre in autres),
            *(liste_adresses(part.valeur(nom)) for nom in (b"to", b"cc", b"bcc")),
            chaine(part.valeur(b"in-reply-to")),
            chaine(part.valeur(b"message-id")),
        )
    )


def liste_adresses(valeur: bytes | None) -> bytes:
    """Liste d'adresses de l'enveloppe, groupes compris ; NIL si elle est vide."""
    if not valeur:
        return b"NIL"
    adresses: list[bytes] = []
    mots: list[bytes] = []
    angle: bytes | None = None

    def finir() -> None:
        nonlocal mots, angle
        if angle is not None or mots:
            adresses.append(_adresse(mots, angle))
        mots, angle = [], None

    for trouve in _JETON.finditer(valeur):
        jeton = trouve[0]
        if len(adresses) >= ADRESSES_MAX:
            break
        if jeton == b",":
            finir()
        elif jeton == b":" and angle is None and mots:  # début de groupe
            adresses.append(b"(NIL NIL %b NIL)" % chaine(_nom(mots)))
            mots = []
        elif jeton == b";":
            finir()
            adresses.append(b"(NIL NIL NIL NIL)")
        elif jeton.startswith(b"<"):
            angle = jeton.strip(b"<>")
        elif not jeton.startswith(b"(") and (mots or not jeton.isspace()):
            mots.append(jeton)
    finir()
    return b"(" + b"".join(adresses) + b")" if adresses else b"NIL"


def _adresse(mots: list[bytes], angle: bytes | None) -> bytes:
    nom = _nom(mots) if angle is not None else b""
    brute = angle if angle is not None else b"".join(mot for mot in mots if not mot.isspace())
    locale, arobase, domaine = brute.rpartition(b"@")
    if not arobase:
        locale, domaine = brute, b""
    if locale.startswith(b"@") and b":" in locale:  # route source, obsolète
        locale = locale.partition(b":")[2]
    return b"(%b NIL %b %b)" % (chaine(nom or None), chaine(_sans_guillemets(locale)), chaine(domaine))


def _nom(mots: list[bytes]) -> bytes:
    return b"".join(b" " if mot.isspace() else _sans_guillemets(mot) for mot in mots).strip()


def _sans_guillemets(mot: bytes) -> bytes:
    return _ECHAPPE.sub(rb"\1", mot.strip(b'"')) if mot.startswith(b'"') else mot


def structure(part: Partie, *, etendue: bool) -> bytes:
    """`BODYSTRUCTURE` (étendue) ou `BODY`."""
    if part.enfants:
        enfants = b"".join(structure(enfant, etendue=etendue) for enfant in part.enfants)
        suite = b" " + chaine(part.type.sous_type)
        if etendue:
            suite += b" " + _parametres(part.type) + _extension(part)
        return b"(" + enfants + suite + b")"
    type_, encodage = part.type, part.encodage
    if type_.valeur == b"multipart":  # sans aucune part lisible : une feuille, que rien n'oblige à ouvrir
        type_ = Declaration(b"application", b"octet-stream", type_.parametres)
    elif (type_.valeur, type_.sous_type) == (b"message", b"rfc822") and part.message is None:
        type_ = Declaration(b"application", b"octet-stream")
    champs = [
        chaine(type_.valeur),
        chaine(type_.sous_type),
        _parametres(type_),
        chaine(part.valeur(b"content-id")),
        chaine(part.valeur(b"content-description")),
        chaine(encodage),
        b"%d" % part.taille,
    ]
    if part.message is not None:
        champs += [enveloppe(part.message), structure(part.message, etendue=etendue), b"%d" % part.lignes]
    elif type_.valeur == b"text":
        champs.append(b"%d" % part.lignes)
    rendu = b" ".join(champs)
    if etendue:
        rendu += b" " + chaine(part.valeur(b"content-md5")) + _extension(part)
    return b"(" + rendu + b")"


def _parametres(declaration: Declaration) -> bytes:
    if not declaration.parametres:
        return b"NIL"
    return b"(" + b" ".join(chaine(nom) + b" " + chaine(v) for nom, v in declaration.parametres) + b")"


def _extension(part: Partie) -> bytes:
    """Disposition, langue, emplacement."""
    disposition = part.disposition
    rendue = b"NIL" if disposition is None else b"(%b %b)" % (chaine(disposition.valeur), _parametres(disposition))
    return b" %b %b %b" % (
        rendue,
        chaine(part.valeur(b"content-language")),
        chaine(part.valeur(b"content-location")),
    )


@dataclass(frozen=True)
class Section:
    """Section d'un `BODY[…]` : numéros de part, puis HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT, MIME ou rien."""

    numeros: tuple[int, ...] = ()
    partie: bytes = b""
    champs: tuple[bytes, ...] = ()

    @property
    def texte(self) -> bytes:
        """Forme renvoyée au client."""
        morceaux = [str(numero).encode() for numero in self.numeros]
        if self.partie:
            morceaux.append(self.partie)
        rendu = b".".join(morceaux)
        return rendu + b" (" + b" ".join(map(chaine_de_champ, self.champs)) + b")" if self.champs else rendu


def chaine_de_champ(nom: bytes) -> bytes:
    """Nom de champ d'en-tête dans une section."""
    return nom if re.fullmatch(rb"[!-'*-9;-\[\]^-z|~-]+", nom) else chaine(nom)


def trouver(contenu: Contenu, numeros: Sequence[int]) -> Partie | None:
    """Part désignée par ses numéros ; sans numéro, le message. None si elle n'existe pas."""
    part = contenu.racine if numeros else contenu.racine_seule
    est_message = True
    for numero in numeros:
        if not est_message and part.message is not None:
            part, est_message = part.message, True
        if part.enfants:
            if numero > len(part.enfants):
                return None
            part, est_message = part.enfants[numero - 1], False
        elif est_message and numero == 1:  # un message simple est sa propre part 1
            est_message = False
        else:
            return None
    return part


def octets_de_section(contenu: Contenu, section: Section) -> memoryview | bytes | None:
    """Octets d'une section ; None si la part n'existe pas."""
    octets = memoryview(contenu.octets)
    if not section.numeros and not section.partie:
        return octets
    part = trouver(contenu, section.numeros)
    if part is None:
        return None
    if section.partie == b"MIME":
        return octets[part.debut : part.corps]
    if not section.partie:
        return octets[part.corps : part.fin]
    porteur: Partie | None = part
    if section.numeros:  # HEADER et TEXT d'une part n'ont de sens que pour un message inclus
        porteur = part.message
    if porteur is None:
        return None
    if section.partie == b"TEXT":
        return octets[porteur.corps : porteur.fin]
    if section.partie == b"HEADER":
        return octets[porteur.debut : porteur.corps]
    voulus = {champ.lower() for champ in section.champs}
    garde = section.partie == b"HEADER.FIELDS"
    lus = b"".join(contenu.octets[d:f] for nom, d, f in porteur.entetes if (nom in voulus) is garde)
    if lus and not lus.endswith(b"\n"):
        lus += b"\r\n"
    return lus + b"\r\n"
