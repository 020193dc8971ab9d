"""Défauts de forme et d'en-têtes : lignes, octets, MIME, mots encodés, en-têtes obligatoires, dates, adresses."""

from __future__ import annotations

from tests.mutants.courriels.modele import A, E, R, mutant
from tests.verifications.mssante.fabrique_courriels import (
    APP,
    MENTION,
    ORG,
    SANS_XDM,
    TEXTE,
    Joint,
    Lettre,
    courriel,
    joints,
    message,
    pdf,
    texte_brut,
)

_TEXTE = b"Content-Type: text/plain; charset=utf-8\r\n"
_FIN = f"Message automatique. Nous joindre : {ORG.adresse}\r\n".encode()


def _corps(entetes: bytes, contenu: bytes) -> bytes:
    """Un message sans document, au corps donné."""
    return Lettre(dict(SANS_XDM), corps=entetes + b"\r\n" + contenu, pieces=()).en_octets()


def _nomme(entete: str) -> bytes:
    """Le courriel conforme, la pièce PDF nommée par cet en-tête."""
    tete = f"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n{entete}\r\n"
    return courriel(pieces=(joints()[0], Joint("", "", pdf(), entetes=tete)))


_NOM_2047 = (
    "Content-Disposition: attachment;\r\n filename=\"=?utf-8?q?20261119=5FCR_d'examens_biologiques=5FD'=C3=89?=\r\n"
    ' =?utf-8?q?T=C3=89-DURAND=5FANNE=2Epdf?="'
)
_NOM_INCONNU = (
    "Content-Disposition: attachment;\r\n"
    " filename*=x-rien''20261119_CR%20d%27examens%20biologiques_D%27ETE-DURAND_ANNE.pdf"
)

FORME = (
    mutant("aucun en-tête", "MSS-FRM-01", lambda: b"\r\nbonjour\r\n"),
    mutant("ligne qui n'est pas un en-tête", "MSS-FRM-01",
           lambda: message().replace(b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nvoici une ligne\r\n"), E,
           "MSS-CRP-01", "MSS-CRP-06"),
    mutant("première ligne d'une boîte mbox", "MSS-FRM-01",
           lambda: b"From a@b Fri Nov 20 10:15:30 2026\r\n" + message()),
    mutant("blanc avant le deux-points", "MSS-FRM-01", lambda: message().replace(b"Subject:", b"Subject :")),
    mutant("une fin de ligne en LF", "MSS-FRM-02", lambda: message().replace(b"\r\n", b"\n", 1)),
    mutant("un CR seul dans le texte", "MSS-FRM-02", lambda: _corps(_TEXTE, b"Bon\rjour\r\n" + _FIN)),
    mutant("tout en LF sur le fil", "MSS-FRM-02", lambda: courriel().replace(b"\r\n", b"\n")),
    mutant("tout en LF dans un fichier", "MSS-FRM-02", lambda: courriel().replace(b"\r\n", b"\n"), R, echanges=()),
    mutant("ligne de texte de 1 200 octets", "MSS-FRM-03", lambda: _corps(_TEXTE, b"a" * 1200 + b"\r\n\r\n" + _FIN)),
    mutant("en-tête de 1 200 octets", "MSS-FRM-03", lambda: message(X_Note="a" * 1200)),
    mutant("8 bits dans un texte 7bit", "MSS-FRM-04", lambda: _corps(_TEXTE, "été\r\n\r\n".encode() + _FIN)),
    mutant("octet nul", "MSS-FRM-04", lambda: _corps(_TEXTE, b"a\0b\r\n\r\n" + _FIN)),
    mutant("8 bits dans un objet", "MSS-FRM-09", lambda: message(Subject="Bonjour à tous")),
    mutant("8 bits dans un en-tête de pièce", "MSS-FRM-09",
           lambda: _nomme("Content-Disposition: attachment;\r\n"
                          " filename=\"20261119_CR d'examens biologiques_D'ÉTÉ-DURAND_ANNE.pdf\"")),
    mutant("MIME-Version absent", "MSS-FRM-05", lambda: courriel(entetes={"MIME-Version": None})),
    mutant("MIME-Version 2.0", "MSS-FRM-05", lambda: courriel(entetes={"MIME-Version": "2.0"})),
    mutant("dernière frontière absente", "MSS-FRM-05", lambda: courriel().replace(b"--principale-1--\r\n", b"")),
    mutant("Content-Type écrit deux fois", "MSS-FRM-05",
           lambda: courriel().replace(_TEXTE, _TEXTE + b"Content-Type: text/plain\r\n")),
    mutant("Content-Type illisible", "MSS-FRM-05", lambda: courriel().replace(_TEXTE, b"Content-Type: texte\r\n"),
           E, "MSS-FRM-07", "MSS-CRP-03"),
    mutant("guillemets jamais fermés", "MSS-FRM-05", lambda: courriel().replace(_TEXTE, b'Content-Type: text/plain; '
                                                                             b'charset=utf-8; format="flowed\r\n')),
    mutant("octet étranger dans le base64", "MSS-FRM-06",
           lambda: message().replace(b"Transfer-Encoding: base64\r\n\r\n", b"Transfer-Encoding: base64\r\n\r\n*")),
    mutant("base64 coupé", "MSS-FRM-06", lambda: _base64_coupe()),
    mutant("quoted-printable faux", "MSS-FRM-06",
           lambda: _corps(_TEXTE + b"Content-Transfer-Encoding: quoted-printable\r\n", b"100 =% de\r\n\r\n" + _FIN)),
    mutant("codage de transfert inconnu", "MSS-FRM-06",
           lambda: _corps(_TEXTE + b"Content-Transfer-Encoding: x-uuencode\r\n", _FIN)),
    mutant("jeu de caractères inconnu", "MSS-FRM-07",
           lambda: _corps(b"Content-Type: text/plain; charset=x-rien\r\n", _FIN), E, "MSS-CRP-03"),
    mutant("latin-1 annoncé en UTF-8", "MSS-FRM-07",
           lambda: _corps(_TEXTE + b"Content-Transfer-Encoding: 8bit\r\n", b"\xe9t\xe9\r\n\r\n" + _FIN)),
    mutant("UTF-8 annoncé en ASCII", "MSS-FRM-07",
           lambda: message().replace(b"charset=utf-8", b"charset=us-ascii"), E, "MSS-CRP-03"),
    mutant("objet d'un jeu inconnu", "MSS-FRM-08", lambda: message(Subject="=?x-rien?q?Bonjour?=")),
    mutant("objet au base64 abîmé", "MSS-FRM-08", lambda: message(Subject="=?utf-8?b?Qm9uam91c?=")),
    mutant("mot encodé de plus de 75 caractères", "MSS-FRM-08",
           lambda: message(Subject=f"=?utf-8?q?{'bonjour' * 12}?=")),
    mutant("caractère coupé entre deux mots encodés", "MSS-FRM-08",
           lambda: message(Subject="=?utf-8?q?Bonjour_=C3?= =?utf-8?q?=A0?=")),
    mutant("mot encodé entre guillemets", "MSS-FRM-08",
           lambda: message(From=f'"=?utf-8?q?LABORATOIRE_DU_BANC?=" <{APP.adresse}>')),
    mutant("nom de fichier d'un jeu inconnu", "MSS-FRM-08", lambda: _nomme(_NOM_INCONNU)),
    mutant("nom de fichier en RFC 2047", "MSS-FRM-10", lambda: _nomme(_NOM_2047), R),
)  # fmt: skip


def _base64_coupe() -> bytes:
    brut = texte_brut(TEXTE + MENTION).rstrip(b"\r\n=")
    brut = brut[:-1] if len(b"".join(brut.partition(b"\r\n\r\n")[2].split())) % 4 == 0 else brut
    return Lettre(dict(SANS_XDM), corps=brut + b"\r\n", pieces=()).en_octets()


ENTETES = (
    mutant("From absent", "MSS-ENT-01", lambda: courriel(entetes={"From": None})),
    mutant("Date absente", "MSS-ENT-01", lambda: courriel(entetes={"Date": None})),
    mutant("deux Date", "MSS-ENT-02", lambda: courriel(suite=b"Date: Fri, 20 Nov 2026 10:15:31 +0100\r\n")),
    mutant("deux Subject", "MSS-ENT-02", lambda: message() .replace(b"X-MSS-NIL", b"Subject: autre\r\nX-MSS-NIL", 1)),
    mutant("deux To", "MSS-ENT-02", lambda: courriel(suite=b"To: autre@cabinet.formation.mssante.fr\r\n")),
    mutant("deux Message-ID", "MSS-ENT-02", lambda: courriel(suite=b"Message-ID: <2@labo.formation.mssante.fr>\r\n")),
    mutant("aucun destinataire", "MSS-ENT-03", lambda: courriel(entetes={"To": None}), A),
    mutant("objet vide", "MSS-ENT-03", lambda: message(Subject=""), A),
    mutant("Message-ID absent", "MSS-ENT-04", lambda: courriel(entetes={"Message-ID": None})),
    mutant("Message-ID sans chevrons", "MSS-ENT-04", lambda: courriel(entetes={"Message-ID": "1@labo.mssante.fr"})),
    mutant("Message-ID sans arobase", "MSS-ENT-04", lambda: courriel(entetes={"Message-ID": "<20261120.1>"})),
    mutant("Message-ID portant un espace", "MSS-ENT-04", lambda: courriel(entetes={"Message-ID": "<1 2@mssante.fr>"})),
    mutant("Message-ID double", "MSS-ENT-04", lambda: courriel(entetes={"Message-ID": "<1@a.fr> <2@a.fr>"})),
    mutant("date ISO", "MSS-ENT-06", lambda: courriel(entetes={"Date": "2026-11-20T10:15:30+01:00"})),
    mutant("jour de la semaine faux", "MSS-ENT-06", lambda: message(Date="Mon, 20 Nov 2026 10:15:30 +0100")),
    mutant("jour qui n'existe pas", "MSS-ENT-06", lambda: courriel(entetes={"Date": "31 Feb 2026 10:15:30 +0100"})),
    mutant("mois en français", "MSS-ENT-06", lambda: courriel(entetes={"Date": "ven., 20 nov. 2026 10:15:30 +0100"})),
    mutant("fuseau en lettres", "MSS-ENT-06", lambda: courriel(entetes={"Date": "Fri, 20 Nov 2026 09:15:30 GMT"}), R),
    mutant("destinataire sans domaine", "MSS-ENT-07", lambda: courriel(entetes={"To": "camille"})),
    mutant("destinataires séparés par un point-virgule", "MSS-ENT-07",
           lambda: courriel(entetes={"Cc": "a@cabinet.formation.mssante.fr b@cabinet.formation.mssante.fr"})),
    mutant("copie cachée visible", "MSS-ENT-08", lambda: courriel(entetes={"Bcc": ORG.adresse}), A),
)  # fmt: skip
