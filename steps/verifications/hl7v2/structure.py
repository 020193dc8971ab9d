"""La structure du message selon le standard, par la bibliothèque hl7apy : segments, cardinalités, types de données."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from reports.constat import Constat
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.regles_documents import STRUCTURE
from steps.verifications.registre import verification

SEGMENTS_MAX = 500
TAILLE_MAX = 512 * 1024
ELEMENTS_MAX = 20_000
"""Champs, répétitions et composants en tout : la bibliothèque demande près d'une demi-milliseconde pour chacun."""
VERSIONS = frozenset({"2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8", "2.8.1", "2.8.2"})
_PREADOPTE = frozenset({"2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6"})
_EPROUVEES = frozenset(
    {("ORU", "2.5"), ("ORU", "2.5.1"), ("MDM", "2.5"), ("MDM", "2.6"), ("ADT", "2.5"), ("ACK", "2.5"), ("ACK", "2.6")}
)
"""Messages dont les tables ont été éprouvées sur les exemples publics de l'ANS sans fausse alerte."""
_INCONNUE = "structure de message inconnue de cette version (MSH-9.3)"
_TRADUCTIONS = (
    (re.compile(r"Missing required child (\S+?)\.(\S+)"), "élément obligatoire absent : {1} (dans {0})"),
    (re.compile(r"Child limit exceeded (\S+?)\.(\S+)"), "élément répété plus que permis : {1} (dans {0})"),
    (
        re.compile(r"Invalid children detected for <?(?:Segment )?(.*?)>?: \[None"),
        "champ au-delà du dernier que cette version prévoit (dans {0})",
    ),
    (re.compile(r"Invalid children detected for <?(.*?)>?: \[(.*)\]"), "élément inattendu : {1} (dans {0})"),
    (re.compile(r"Datatype \S+ is not correct for (\S+)"), "composants que le type du champ n'admet pas : {0}"),
    (re.compile(r"Unknown element found: (.*)"), "élément inconnu : {0}"),
    (re.compile(r"Invalid element found: (.*)"), "élément inconnu : {0}"),
)


@verification(STRUCTURE)
def structure(message: MessageHl7) -> list[Constat]:
    """Un constat par segment fautif, plus un pour l'agencement ; un message hors de portée n'est pas dit conforme."""
    if message.version not in VERSIONS:
        recu = message.version or "absente"
        return [STRUCTURE.a_regarder("Structure non jugée : version inconnue du banc.", recu=recu, ou="MSH-12")]
    if motif := motif_hors_de_portee(message):
        return [STRUCTURE.sans_objet(f"Structure non jugée, au-delà de la limite du banc : {motif}.")]
    try:
        defauts = list(dict.fromkeys(_defauts(message)))
    except (ValueError, KeyError, AttributeError, IndexError, TypeError, RecursionError) as erreur:
        # Un message difforme fait échouer la bibliothèque ailleurs que dans ses propres contrôles.
        recu = f"{type(erreur).__name__} : {erreur}"[:200]
        return [STRUCTURE.a_regarder("La bibliothèque ne sait pas juger cette structure.", recu=recu, ou="message")]
    if not defauts:
        recu = f"{message.type_message}, version {message.version}, {len(message.segments)} segments"
        return [STRUCTURE.respectee(recu=recu, ou="message")]
    if (message.code, message.version) not in _EPROUVEES or defauts[0][1] == _INCONNUE:
        # Les tables de la bibliothèque rendent obligatoires des choix (ORM) et des champs facultatifs.
        return [
            STRUCTURE.a_regarder("Structure peut-être fautive, d'après des tables non éprouvées.", recu=defaut, ou=lieu)
            for lieu, defaut in defauts[:20]
        ]
    return [
        STRUCTURE.enfreinte(
            "La structure n'est pas celle du message annoncé.",
            attendu=f"{message.type_message or 'un type en MSH-9'}, version {message.version}", recu=defaut, ou=lieu,
        )
        for lieu, defaut in defauts[:20]
    ]  # fmt: skip


def motif_hors_de_portee(message: MessageHl7) -> str:
    """Pourquoi la structure n'est pas jugée, en français ; vide si elle l'est."""
    if message.version not in VERSIONS:
        return f"version {message.version or 'absente'} inconnue de la bibliothèque"
    if len(message.segments) > SEGMENTS_MAX:
        return f"plus de {SEGMENTS_MAX} segments"
    canonique = message.canonique()
    if len(canonique) > TAILLE_MAX:
        return f"champs de plus de {TAILLE_MAX} caractères en tout"
    if sum(map(canonique.count, "|^~&")) > ELEMENTS_MAX:
        return f"plus de {ELEMENTS_MAX} champs, répétitions et composants"
    return ""


def _defauts(message: MessageHl7) -> Iterator[tuple[str, str]]:
    # Un dixième de seconde à l'import : seuls les messages HL7 v2 le paient.
    from hl7apy.exceptions import HL7apyException
    from hl7apy.parser import parse_message
    from hl7apy.validation import Validator

    segments = message.canonique().split("\r")
    if message.version in _PREADOPTE:
        segments = [segment for segment in segments if not segment.startswith("PRT")]
    try:
        lu = parse_message("\r".join(segments), find_groups=True, force_validation=False)
    except HL7apyException as erreur:
        yield "MSH-9, MSH-12", f"message que la bibliothèque ne reconnaît pas : {_francais(str(erreur))}"
        return
    places = list(_segments(lu))
    # La bibliothèque écarte en silence un segment qu'elle ne sait pas placer.
    perdus = Counter(segment[:3] for segment in segments) - Counter(str(place.name) for place in places)
    if "MSH" in perdus or lu.is_unknown():
        yield "MSH-9", _INCONNUE
        return
    for nom, nombre in perdus.items():
        if not nom.startswith("Z"):
            yield nom, f"segment inattendu à cet endroit, {nombre} fois"
    # Valider le message valide ses segments, mais s'arrête à la première faute : chacun est alors repris.
    for element in (lu, *places):
        try:
            Validator.validate(element)
        except HL7apyException as erreur:
            yield ("message" if element is lu else str(element.name)), _francais(str(erreur))
        else:
            if element is lu:
                return


def _segments(element: Any) -> Iterator[Any]:
    for enfant in element.children:
        if enfant.classname == "Segment":
            yield enfant
        else:
            yield from _segments(enfant)


def _francais(message: str) -> str:
    for motif, traduction in _TRADUCTIONS:
        if trouve := motif.search(message):
            return traduction.format(*trouve.groups())[:300]
    return message[:300]
