"""Des passages aux constats : un par règle enfreinte, ses lieux groupés ; ce qui n'a pas pu être joué est dit."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from steps.schematron.chemins import element_du_chemin
from steps.schematron.modele import ABSENT, Echec, Passage, Portee, portee
from steps.schematron.vocabulaire import compare_a_un_jeu, jeu_compare, valeur_recue

_LIEUX_MONTRES = 5
_SANS_EFFET = ("terminologie",)
"""Schematrons dont les tables manquantes sont connues : le kit public ne les livre pas toutes."""


def code_de(echec: Echec, schematron: str) -> str:
    """Code stable d'une assertion : le schematron, puis un condensé de son contexte et de son test."""
    blancs = re.compile(r"\s+")
    texte = "\0".join(blancs.sub(" ", partie.strip()) for partie in (echec.contexte, echec.assertion.test))
    return f"SCH-{_court(schematron)}-{hashlib.sha256(texte.encode()).hexdigest()[:8].upper()}"


def constats_de(
    passages: Iterable[Passage], arbre: etree._ElementTree | None = None, edition: str = ""
) -> list[Constat]:
    """Les constats de ces passages.

    Un échec sans rôle ou de rôle erreur est *non conforme* ; un avertissement ou une information est une remarque. Un
    schematron joué en entier et sans erreur donne un constat respecté. Ce qui n'a pas pu être joué rend un constat *non
    concluant*, sauf une table de terminologie absente, que le kit public ne livre pas : une remarque. `arbre` : le
    document, pour dire la valeur reçue. `edition` : ce qui désigne le kit dans la source (sa date par exemple).
    """
    constats: list[Constat] = []
    for passage in passages:
        constats += _constats(passage, arbre, edition)
    return constats


def _constats(passage: Passage, arbre: etree._ElementTree | None, edition: str) -> list[Constat]:
    groupes: dict[tuple[str, Portee], list[Echec]] = {}
    nom = passage.schematron.nom
    for echec in passage.echecs:
        groupes.setdefault((code_de(echec, nom), portee(echec.assertion.role)), []).append(echec)
    constats = [
        _constat(code, importance, echecs, passage, arbre, edition) for (code, importance), echecs in groupes.items()
    ]
    constats += _manques(passage, edition)
    erreurs = sum(importance is Portee.ERREUR for _, importance in groupes)
    if not erreurs and not passage.incomplet:
        tirees = sum(passage.tirees.values())
        if tirees:
            constats.append(
                _regle(
                    f"SCH-{_court(nom)}", f"schematron {nom} joué en entier, sans erreur", nom, edition, ""
                ).respectee(recu=f"{tirees} application{'s' if tirees > 1 else ''} de règle")
            )
    return constats


def _constat(
    code: str, importance: Portee, echecs: list[Echec], passage: Passage, arbre: etree._ElementTree | None, edition: str
) -> Constat:
    premier = echecs[0]
    assertion = premier.assertion
    source = f"{passage.schematron.nom}{f', {edition}' if edition else ''}, {assertion.fichier} ligne {assertion.ligne}"
    elements = [element_du_chemin(arbre, echec.chemin) if arbre is not None else None for echec in echecs]
    jeux = [jeu_compare(passage, echec, element) for echec, element in zip(echecs, elements, strict=True)]
    recus = Counter(filter(None, map(valeur_recue, elements)))
    message = premier.message or f"la règle {assertion.id or code} n'est pas suivie"
    messages = {echec.message for echec in echecs}
    attendu = f"{'faux' if assertion.report else 'vrai'} : {_abrege(assertion.test, 300)}"
    a_faire = "corriger l'élément désigné, ou vérifier que le volet et sa version sont ceux du document"
    if compare_a_un_jeu(premier):
        noms = ", ".join(dict.fromkeys(str(jeu) for jeu in jeux if jeu)) or "un jeu de valeurs du kit"
        message = f"écart de vocabulaire, valeur absente de {noms} : {message}"
        attendu = f"une valeur de {noms}"
        a_faire = _VOCABULAIRE
    if len(echecs) > 1:
        suite = f", {len(messages)} messages différents ; le premier est cité" if len(messages) > 1 else ""
        message = f"{message} ({len(echecs)} fois{suite})"
    regle = _regle(code, message, source, "", a_faire)
    recu = " ; ".join(f"{valeur}{f' ({fois} fois)' if fois > 1 else ''}" for valeur, fois in recus.most_common(5))
    ou = _lieux(echecs)
    if importance is Portee.ERREUR:
        return regle.enfreinte(message, attendu=attendu, recu=recu or _RECU, ou=ou)
    return regle.signalee(message, attendu=attendu, recu=recu or _RECU, ou=ou)


_RECU = "la règle n'est pas vérifiée à cet endroit"
_VOCABULAIRE = (
    "vérifier le code : s'il est faux, le corriger ; s'il est dans une édition plus récente du jeu de valeurs, "
    "prendre un kit à jour"
)


def _lieux(echecs: list[Echec]) -> str:
    lieux = [f"{echec.chemin}{f' (ligne {echec.ligne})' if echec.ligne else ''}" for echec in echecs]
    montres = " ; ".join(lieux[:_LIEUX_MONTRES])
    reste = len(lieux) - _LIEUX_MONTRES
    return f"{montres} ; et {reste} autre{'s' if reste > 1 else ''}" if reste > 0 else montres


def _manques(passage: Passage, edition: str) -> Iterable[Constat]:
    """Un constat par raison de ne pas avoir tout joué."""
    nom = passage.schematron.nom
    for raison in passage.incomplet:
        condense = hashlib.sha256(raison.encode()).hexdigest()[:8].upper()
        regle = _regle(
            f"SCH-{_court(nom)}-INCOMPLET-{condense}",
            raison,
            nom,
            edition,
            "compléter le kit, ou contrôler ce point dans l'espace de test officiel",
        )
        message = f"schematron {nom} joué en partie : {raison}"
        if raison.startswith(ABSENT) and nom in _SANS_EFFET:
            yield regle.signalee(
                f"{message} (le kit public ne livre pas cette table)",
                attendu="la table de terminologie, pour contrôler les codes qui en relèvent",
                recu="table absente : ces codes ne sont pas contrôlés par le kit",
                ou="",
            )
        else:
            yield replace(regle.sans_objet(message), a_faire=regle.a_faire)


def _regle(code: str, titre: str, source: str, edition: str, a_faire: str) -> Regle:
    suite = f", {edition}" if edition else ""
    return Regle(code, titre, f"schematron {source}{suite}", Confiance.DOCUMENTEE, a_faire)


def _court(schematron: str) -> str:
    return re.sub(r"[^\w.\-]", "_", schematron.removeprefix("CI-SIS_"))


def _abrege(texte: str, longueur: int) -> str:
    mots = " ".join(texte.split())
    return mots if len(mots) <= longueur else mots[: longueur - 1] + "…"
