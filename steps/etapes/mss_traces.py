"""Étapes des traces fonctionnelles de la messagerie : chaque traitement vu par l'opérateur, relu dans le logiciel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import given, then

from simulators.socle.acteurs import PROFESSIONNELS
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.insi import lire_traces
from steps.etapes.mss_fenetres import Fenetre, envois_de, fenetres, sessions_de
from steps.releves import retirer
from steps.verifications.mssante import trace as regles
from steps.verifications.mssante.dialogue import IMAP, SMTP


@given("les traces MSSanté déjà présentes dans le logiciel")
def traces_deja_presentes(essai: Essai) -> None:
    essai.releves["traces MSSanté d'avant"] = lire_traces(essai, "mssante")


@then("chaque traitement opéré sur une boîte MSSanté est tracé")
def traitements_traces(essai: Essai) -> None:
    traces = _traces(essai)
    for fenetre in _fenetres(essai):
        vues = _operations(essai, fenetre)
        essai.bilan.constater(regles.operations_tracees(traces, vues, *_bornes(essai)))
    _joindre(essai, traces)


@then("chaque trace dit qui, quand, quoi, la demande faite à l'opérateur et sa réponse")
def contenu_des_traces(essai: Essai) -> None:
    traces = _traces(essai)
    for fenetre in _fenetres(essai):
        vues = _operations(essai, fenetre)
        essai.bilan.constater(regles.operations_tracees(traces, vues, *_bornes(essai)))
        essai.bilan.constater(regles.contenu_des_traces(traces, vues, _auteurs(essai, fenetre.role), *_bornes(essai)))
    _joindre(essai, traces)


@then("aucune trace ne garde le texte d'un courriel")
def sans_contenu(essai: Essai) -> None:
    """Contrôle positif : les textes cherchés sont partis dans des messages transmis."""
    transmis = [t.message for f in _fenetres(essai) if f.protocole == SMTP for t in envois_de(essai, f) if t.message]
    passages = [f.passage for f in _fenetres(essai) if f.passage]
    essai.bilan.constater(regles.sans_contenu(_traces(essai), passages, transmis))


def _fenetres(essai: Essai) -> list[Fenetre]:
    if not fenetres(essai):
        raise NonConcluant("la feature juge les traces sans avoir fait agir le logiciel")
    return fenetres(essai)


def _operations(essai: Essai, fenetre: Fenetre) -> list[regles.Operation]:
    """Ce que l'opérateur a vu de cette action, d'elle seule : un logiciel relève d'autres boîtes de lui-même."""
    annonce = fenetre.message_id_annonce
    vues = [
        replace(o, reperes=tuple(dict.fromkeys((annonce, *o.reperes)))) if annonce else o
        for o in regles.operations(sessions_de(essai, fenetre))
        if o.bal == fenetre.adresse.lower()
    ]
    nature = regles.Nature.CONSULTATION if fenetre.protocole == IMAP else regles.Nature.ENVOI
    trouvees = [
        o
        for o in vues
        if o.nature is nature
        and (nature is regles.Nature.CONSULTATION or fenetre.destinataire.lower() in map(str.lower, o.reperes))
    ]
    if not trouvees:
        dit = fenetre.reponse.en_phrase() if fenetre.reponse else "aucune action"
        raise NonConcluant(f"l'opérateur n'a vu aucun traitement à tracer : {nature} ({dit})")
    return trouvees


def _traces(essai: Essai) -> list[Mapping[str, Any]]:
    """Celles que le scénario a produites : le journal du logiciel garde aussi les actions d'avant."""
    if "traces MSSanté" not in essai.releves:
        anciennes = list(retirer(essai, "traces MSSanté d'avant", list))
        nouvelles = []
        for trace in lire_traces(essai, "mssante"):
            if trace in anciennes:
                anciennes.remove(trace)
            else:
                nouvelles.append(trace)
        essai.releves["traces MSSanté"] = nouvelles
    traces: list[Mapping[str, Any]] = essai.releves["traces MSSanté"]
    return traces


def _auteurs(essai: Essai, role: str) -> set[str]:
    """Le compte de l'utilisateur dans le logiciel, ou son identifiant national."""
    nationaux = {i for ps in PROFESSIONNELS if ps.role == role for i in (ps.rpps, ps.identifiant_national)}
    return {essai.compte(role), *nationaux}


def _bornes(essai: Essai) -> tuple[datetime, datetime]:
    return essai.instant_debut, datetime.now(UTC)


def _joindre(essai: Essai, traces: Sequence[Mapping[str, Any]]) -> None:
    lignes = "\n".join(
        " | ".join(str(t.get(champ, "")) for champ in ("horodatage", "utilisateur", "action", "detail")) for t in traces
    )
    essai.bilan.joindre("traces-mssante.txt", "trace/log", lignes.encode(), "traces fonctionnelles relevées")
