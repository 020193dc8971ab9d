"""La forme d'un message sur le fil : lignes, octets, structure MIME, codages, jeux de caractères, mots encodés."""

from __future__ import annotations

import re

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.mssante.mime import Partie
from steps.verifications.mssante.mots import jeu_de_caracteres
from steps.verifications.registre import verification

LIGNE_MAX = 998
_ADRESSES = frozenset({"from", "to", "cc", "bcc", "reply-to", "sender", "disposition-notification-to"})
_PARAMETRES = frozenset({"content-type", "content-disposition"})
_NU = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_UNIQUES = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition")

LISIBLE = Regle(
    "MSS-FRM-01", "Les octets sont un message : des en-têtes, une ligne vide, un corps", "RFC 5322, § 2.1",
    Confiance.DOCUMENTEE, "Écrire les en-têtes, une ligne vide, puis le corps.",
)  # fmt: skip
FINS = Regle(
    "MSS-FRM-02", "Chaque ligne finit par CRLF", "RFC 5321, § 2.3.8 ; RFC 5322, § 2.3", Confiance.DOCUMENTEE,
    "Écrire CR LF à la fin de chaque ligne, jamais l'un sans l'autre.",
)  # fmt: skip
LONGUEUR = Regle(
    "MSS-FRM-03", f"Aucune ligne ne dépasse {LIGNE_MAX} octets", "RFC 5322, § 2.1.1 ; RFC 5321, § 4.5.3.1.6",
    Confiance.DOCUMENTEE, "Replier les en-têtes ; coder en base64 ou quoted-printable les textes à longues lignes.",
)  # fmt: skip
OCTETS = Regle(
    "MSS-FRM-04", "Les octets sont ceux qu'annonce le codage de transfert : ni octet nul, ni 8 bits non déclaré",
    "RFC 2045, § 2.7, 2.8 et 6.2", Confiance.DOCUMENTEE,
    "Coder en base64 ou quoted-printable tout ce qui n'est pas de l'ASCII, ou déclarer 8bit.",
)  # fmt: skip
STRUCTURE = Regle(
    "MSS-FRM-05", "La structure MIME est juste : types lisibles, frontières présentes et fermées, MIME-Version",
    "RFC 2045, § 4 et 5 ; RFC 2046, § 5.1", Confiance.DOCUMENTEE,
    "Écrire MIME-Version: 1.0, un Content-Type par partie, une frontière propre à chaque multipart et la fermer.",
)  # fmt: skip
TRANSFERT = Regle(
    "MSS-FRM-06", "Chaque partie se décode selon son codage de transfert", "RFC 2045, § 6", Confiance.DOCUMENTEE,
    "Écrire un base64 entier et sans octet étranger, un quoted-printable juste, un codage connu.",
)  # fmt: skip
CHARSET = Regle(
    "MSS-FRM-07", "Chaque texte est dans le jeu de caractères qu'il annonce", "RFC 2045, § 5.2 ; RFC 2046, § 4.1.2",
    Confiance.DOCUMENTEE, "Annoncer le jeu de caractères réellement employé : utf-8.",
)  # fmt: skip
MOTS = Regle(
    "MSS-FRM-08", "Les textes d'en-têtes hors ASCII sont codés selon les RFC 2047 et 2231",
    "RFC 2047 ; RFC 2231 ; ANS, volet de transmission au LPS de documents CDA d'un courriel MSSanté, 1.1.3",
    Confiance.DOCUMENTEE, "Coder chaque mot entier, de 75 caractères au plus, hors des guillemets, dans un jeu connu.",
)  # fmt: skip
HUIT_BITS = Regle(
    "MSS-FRM-09", "Aucun en-tête ne porte d'octet hors ASCII", "RFC 5322, § 2.2 ; RFC 2047", Confiance.DOCUMENTEE,
    "Coder les accents des en-têtes (RFC 2047) et des noms de fichiers (RFC 2231).",
)  # fmt: skip
NOMS_2231 = Regle(
    "MSS-FRM-10", "Les noms de fichiers hors ASCII suivent la RFC 2231",
    "RFC 2231 ; ANS, volet de transmission au LPS de documents CDA d'un courriel MSSanté, 1.1.3",
    Confiance.DOCUMENTEE, "Écrire filename*=utf-8''… plutôt qu'un mot encodé entre guillemets.",
)  # fmt: skip


@verification(LISIBLE)
def lisible(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """Les octets sont un message ; au-delà d'une limite du banc, ils ne sont pas jugés."""
    if courriel.limite:
        return LISIBLE.sans_objet(f"au-delà de la limite du banc : {courriel.limite}", echanges=contexte.echanges)
    racine = courriel.racine
    fautes = [defaut for defaut in racine.defauts if defaut.startswith(("ligne ", "première ligne", "blanc avant"))]
    if not racine.entetes:
        fautes.insert(0, "aucun en-tête")
    return juger(
        LISIBLE, not fautes, "Les octets ne sont pas un message bien formé.",
        attendu="des en-têtes, une ligne vide, un corps",
        recu=" ; ".join(fautes) or f"{len(racine.entetes)} en-têtes, {len(courriel.parties)} partie(s)",
        ou="message", echanges=contexte.echanges,
    )  # fmt: skip


@verification(FINS, LONGUEUR)
def lignes(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Fins de ligne et longueurs. Un fichier tout entier en LF a pu être converti en l'enregistrant : une remarque."""
    octets, echanges = courriel.octets, contexte.echanges
    paires = octets.count(b"\r\n")
    lf, cr = octets.count(b"\n") - paires, octets.count(b"\r") - paires
    recu = f"{paires} CRLF, {lf} LF seuls, {cr} CR seuls"
    ou = _ligne_de(octets, _premier_nu(octets)) if lf or cr else "message"
    if lf and not paires and not cr and not echanges:
        message = "Toutes les lignes finissent par LF : le fichier a pu être converti, sur le fil il faut CRLF."
        fins = FINS.signalee(message, attendu="CRLF", recu=recu, ou="message")
    else:
        fins = juger(FINS, not lf and not cr, "Des lignes ne finissent pas par CRLF.", attendu="CRLF partout",
                     recu=recu, ou=ou, echanges=echanges)  # fmt: skip
    longue = ligne_trop_longue(octets)
    return [
        fins,
        juger(
            LONGUEUR, longue < 0, f"Une ligne dépasse {LIGNE_MAX} octets.", attendu=f"{LIGNE_MAX} octets au plus",
            recu=_taille_de_ligne(octets, longue) if longue >= 0 else "aucune ligne plus longue",
            ou=_ligne_de(octets, longue) if longue >= 0 else "message", echanges=echanges,
        ),
    ]  # fmt: skip


def ligne_trop_longue(octets: bytes) -> int:
    """Position de la première ligne de plus de 998 octets ; -1 s'il n'y en a pas. Un saut de mille octets à la fois."""
    position = 0
    while len(octets) - position > LIGNE_MAX:
        fin = octets.rfind(b"\n", position, position + LIGNE_MAX + 2)
        if fin < 0:
            return position if len(octets[position : position + LIGNE_MAX + 2].rstrip(b"\r\n")) > LIGNE_MAX else -1
        position = fin + 1
    return -1


def _premier_nu(octets: bytes) -> int:
    """Position du premier CR ou LF sans son pair."""
    trouve = _NU.search(octets)
    return trouve.start() if trouve is not None else 0


def _taille_de_ligne(octets: bytes, debut: int) -> str:
    fin = octets.find(b"\n", debut)
    return f"{(fin if fin >= 0 else len(octets)) - debut} octets"


def _ligne_de(octets: bytes, position: int) -> str:
    numero = octets.count(b"\n", 0, position) + 1
    return f"ligne {numero}"


@verification(OCTETS, HUIT_BITS)
def octets_annonces(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Octets nuls et octets hors ASCII, dans les corps et dans les en-têtes de toutes les parties."""
    fautes = []
    for partie in courriel.feuilles:
        brut = partie.corps_brut
        if partie.transfert != "8bit" and partie.transfert != "binary" and not brut.isascii():
            fautes.append(f"{partie.titre} : octets hors ASCII, codage {partie.transfert[:40]}")
        elif partie.transfert != "binary" and b"\0" in brut:
            fautes.append(f"{partie.titre} : octet nul")
    bruts = [f"{e.ou} : {e.valeur[:60]}" for p in courriel.parties for e in p.entetes if not e.brut.isascii()]
    bruts += [f"{e.ou} : octet nul" for p in courriel.parties for e in p.entetes if b"\0" in e.brut]
    return [
        _liste(OCTETS, fautes, "Des octets ne sont pas ceux que le codage de transfert annonce.",
               "de l'ASCII, ou un codage qui le dit", f"{len(courriel.feuilles)} partie(s)", contexte),
        _liste(HUIT_BITS, bruts, "Un en-tête porte des octets hors ASCII.", "de l'ASCII, accents codés",
               f"{sum(len(p.entetes) for p in courriel.parties)} en-têtes", contexte),
    ]  # fmt: skip


@verification(STRUCTURE)
def structure(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """Types, frontières, MIME-Version."""
    fautes = [f"{p.titre} : {defaut}" for p in courriel.parties for defaut in _defauts_mime(p)]
    mime = courriel.tous("MIME-Version")
    employe = any(courriel.entete(nom) for nom in _UNIQUES)
    if employe and not mime:
        fautes.insert(0, "MIME-Version absent")
    elif len(mime) > 1 or (mime and mime[0].valeur.partition("(")[0].strip() != "1.0"):
        fautes.insert(0, f"MIME-Version : {' | '.join(e.valeur for e in mime)[:60]}")
    types = ", ".join(p.type for p in courriel.parties[:12])
    return _liste(STRUCTURE, fautes, "La structure MIME est fausse.", "une structure juste", types, contexte)


def _defauts_mime(partie: Partie) -> list[str]:
    dits = [d for d in partie.defauts if partie.chemin or not d.startswith(("ligne ", "première ligne", "blanc avant"))]
    entete = partie.entete("Content-Type")
    if entete is not None and "/" not in partie.content_type.valeur:
        dits.append(f"Content-Type illisible : {entete.valeur[:60] or 'vide'}")
    lues = [d for v in (partie.content_type, partie.disposition) for d in v.defauts if not _de_codage(d)]
    return [*dits, *lues, *(f"{nom} écrit deux fois" for nom in _UNIQUES if len(partie.tous(nom)) > 1)]


def _de_codage(defaut: str) -> bool:
    return any(mot in defaut for mot in ("mot encodé", "jeu de caractères", "mots encodés", "octets qui", "« % »"))


@verification(TRANSFERT)
def transfert(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """Chaque partie se décode."""
    fautes = [f"{p.titre} : {defaut}" for p in courriel.feuilles for defaut in p.defauts_de_transfert]
    vus = ", ".join(dict.fromkeys(p.transfert[:20] for p in courriel.feuilles))
    return _liste(TRANSFERT, fautes, "Une partie ne se décode pas.", "un codage juste", vus, contexte)


@verification(CHARSET)
def jeux_de_caracteres(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """Chaque texte est dans le jeu qu'il annonce, et ce jeu est connu."""
    fautes, vus = [], []
    for partie in courriel.feuilles:
        # Un XML dit lui-même son encodage.
        if not partie.type.startswith("text/") or partie.type == "text/xml":
            continue
        codec = jeu_de_caracteres(partie.charset)
        vus.append(partie.charset[:40])
        if not codec:
            fautes.append(f"{partie.titre} : jeu inconnu « {partie.charset[:40]} »")
            continue
        try:
            partie.contenu.decode(codec)
        except (UnicodeError, ValueError):
            fautes.append(f"{partie.titre} : ce n'est pas du {partie.charset[:40]}")
    return _liste(CHARSET, fautes, "Un texte n'est pas dans le jeu de caractères qu'il annonce.",
                  "des textes qui se décodent", ", ".join(dict.fromkeys(vus)) or "aucun texte", contexte)  # fmt: skip


@verification(MOTS, NOMS_2231)
def mots_encodes(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Mots encodés et noms de fichiers ; un nom en RFC 2047, que tous les lecteurs décodent, est une remarque."""
    fautes: list[str] = []
    anciens: list[str] = []
    for partie in courriel.parties:
        for entete in partie.entetes:
            nom = entete.nom.lower()
            if nom in _ADRESSES:
                adresses = entete.boites[0]
                dits = [d for a in adresses for d in a.defauts if _de_codage(d)]
            elif nom in _PARAMETRES:
                lu = partie.content_type if nom == "content-type" else partie.disposition
                dits = [d for d in lu.defauts if _de_codage(d) and not d.startswith("mot encodé de ")]
                anciens += [entete.ou] if "2047" in lu.formes else []
            elif nom == "subject":
                dits = entete.defauts
            else:
                continue
            fautes += [f"{entete.ou} : {dit}" for dit in dits]
    mots = _liste(MOTS, fautes, "Un texte d'en-tête est mal codé.", "des mots encodés justes", "aucun écart", contexte)
    if anciens:
        noms = NOMS_2231.signalee(
            "Un nom de fichier est un mot encodé entre guillemets : la RFC 2047 l'exclut, les lecteurs l'admettent.",
            attendu="filename*=utf-8''…", recu=", ".join(anciens), ou=anciens[0], echanges=contexte.echanges,
        )  # fmt: skip
    else:
        noms = NOMS_2231.respectee(recu="aucun nom en RFC 2047", ou="pièces jointes", echanges=contexte.echanges)
    return [mots, noms]


def _liste(regle: Regle, fautes: list[str], message: str, attendu: str, vu: str, contexte: ContexteCourriel) -> Constat:
    suite = f" ; et {len(fautes) - 5} autre(s)" if len(fautes) > 5 else ""
    recu = " ; ".join(faute[:200] for faute in fautes[:5]) + suite
    ou = fautes[0].partition(" : ")[0] if fautes and " : " in fautes[0] else "message"
    return juger(
        regle, not fautes, message, attendu=attendu, recu=recu or vu, ou=ou, echanges=contexte.echanges,
    )  # fmt: skip
