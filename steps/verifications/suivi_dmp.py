"""Règles sur le suivi des envois au DMP : version en vigueur, suppression, état montré, erreur montrée."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import APPROVED, DELETED, DEPRECATED
from steps.verifications.cda.jugement import juger
from steps.verifications.dossier_dmp import ENTREPOT
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

R_EN_VIGUEUR = Regle(
    "DOS-REGISTRE-01",
    "Après une mise à jour, seule la nouvelle version est en vigueur dans le DMP",
    REM_BIO.format("DMP/va1.15 et DMP/va1.23"),
    Confiance.OFFICIELLE,
    "Remplacez la version précédente : relatedDocument RPLC dans le CDA et association RPLC dans le lot.",
)
R_SUPPRIME = Regle(
    "DOS-REGISTRE-02",
    "Le document que l'utilisateur supprime disparaît du DMP, et lui seul",
    REM_BIO.format("DMP/CONF.03 et DMP/va1.23"),
    Confiance.OFFICIELLE,
    "Transmettez la suppression au DMP (TD3.3c) pour ce document.",
)
R_DOCUMENTATION = Regle(
    "DOS-NOTICE-01",
    "La documentation explique comment supprimer un document du DMP",
    REM_BIO.format("DMP/CONF.03"),
    Confiance.OFFICIELLE,
    "Décrivez dans la documentation du logiciel la marche à suivre pour supprimer un document du DMP.",
)
R_ETAT = Regle(
    "DOS-ETAT-01",
    "L'état d'envoi montré pour chaque document est celui du DMP",
    REM_BIO.format("DMP/HISTO.01"),
    Confiance.OFFICIELLE,
    "Montrez « envoyé » pour les documents que le DMP a enregistrés, et pour eux seuls.",
)
R_ETAT_VISIBLE = Regle(
    "DOS-ETAT-02",
    "L'état d'envoi au DMP est visible de l'utilisateur",
    REM_BIO.format("DMP/HISTO.01"),
    Confiance.OFFICIELLE,
    "Affichez l'état d'envoi au DMP dans la liste des documents du patient.",
)
R_CODE_ERREUR = Regle(
    "DOS-ETAT-03",
    "Le code d'erreur rendu par le DMP est montré à l'utilisateur",
    "Guide d'intégration DMP (SEL-MP-037), traitement des erreurs",
    Confiance.SECONDAIRE,
    "Montrez à l'utilisateur le code d'erreur du DMP avec son explication.",
)


@verification(R_EN_VIGUEUR)
def version_en_vigueur(statuts: Mapping[str, str], ancien: str, nouveau: str) -> Constat:
    """Registre après la mise à jour. `statuts` : uniqueId → statut de la fiche courante."""
    return juger(
        R_EN_VIGUEUR,
        statuts.get(ancien) == DEPRECATED and statuts.get(nouveau) == APPROVED,
        "le DMP ne tient pas la nouvelle version pour seule en vigueur",
        attendu=f"{ancien} remplacé, {nouveau} en vigueur",
        recu=f"{ancien} : {_statut(statuts.get(ancien))}, {nouveau} : {_statut(statuts.get(nouveau))}",
        ou=ENTREPOT,
    )


@verification(R_SUPPRIME)
def document_supprime(
    avant: Mapping[str, str], apres: Mapping[str, str], supprimes: Sequence[str], recu: str
) -> Constat:
    """Le document est supprimé du registre ; aucun autre n'a changé. `avant`, `apres` : uniqueId → statut."""
    restes = [unique_id for unique_id in supprimes if apres.get(unique_id) != DELETED]
    touches = [u for u, statut in avant.items() if u not in supprimes and apres.get(u) != statut]
    if not supprimes or not set(supprimes) <= set(avant):
        return R_SUPPRIME.sans_objet("le document à supprimer n'était pas dans le DMP")
    faits = [f"{u} : {_statut(apres.get(u))}" for u in (restes or list(supprimes)) + touches]
    return juger(
        R_SUPPRIME,
        not restes and not touches,
        "la suppression demandée n'est pas celle que le DMP a enregistrée",
        attendu=f"{', '.join(supprimes)} supprimé, les {len(avant) - len(supprimes)} autres inchangés",
        recu=f"{', '.join(faits)} ; logiciel : {recu}",
        ou=ENTREPOT,
    )


def _statut(statut: str | None) -> str:
    noms = {APPROVED: "en vigueur", DEPRECATED: "remplacé", DELETED: "supprimé"}
    return "absent" if statut is None else noms.get(statut, statut)


@verification(R_DOCUMENTATION)
def documentation_de_la_suppression(titre: str, contenu: str) -> Constat:
    """La documentation parle de supprimer, du DMP, et dit comment ; d'autres mots que ceux-là sont à lire."""
    texte = f"{titre} {contenu}".lower()
    manques = []
    if not any(racine in texte for racine in ("supprim", "suppress")):
        manques.append("la suppression")
    if not any(nom in texte for nom in ("dmp", "dossier médical partagé")):
        manques.append("le DMP")
    if len(contenu.split()) < 20:
        manques.append("la marche à suivre (moins de vingt mots)")
    if manques and contenu.strip():
        # D'autres mots, ou une notice illustrée, peuvent convenir : le banc ne sait pas le dire.
        return R_DOCUMENTATION.a_regarder(
            f"le banc ne reconnaît pas dans la documentation : {', '.join(manques)} ; une personne la lit",
            recu=contenu[:200],
            ou="documentation du logiciel",
        )
    return juger(
        R_DOCUMENTATION,
        not manques,
        "la documentation n'explique pas la suppression : elle est vide",
        attendu="la marche à suivre pour supprimer un document du DMP",
        recu=contenu[:200] or "rien",
        ou="documentation du logiciel",
    )


@verification(R_ETAT, R_ETAT_VISIBLE)
def etats_montres(documents: Sequence[Mapping[str, Any]], attendus: Mapping[str, bool]) -> list[Constat]:
    """`attendus` : document_id → vrai si le DMP l'a enregistré, d'après le registre."""
    montres = {str(d.get("document_id")): d for d in documents}
    etats = {i: str(montres[i].get("etat_dmp") or "non dit") if i in montres else "non montré" for i in attendus}
    faux = [i for i, envoye in attendus.items() if (etats[i] == "alimente") is not envoye or i not in montres]
    caches = [i for i in attendus if not montres.get(i, {}).get("visible_utilisateur")]
    return [
        juger(
            R_ETAT,
            not faux,
            "l'état d'envoi montré n'est pas celui du DMP",
            attendu=", ".join(f"{i} : {'envoyé' if e else 'non envoyé'}" for i, e in attendus.items()),
            recu=", ".join(f"{i} : {etat}" for i, etat in etats.items()),
            ou="liste des documents du patient",
        ),
        juger(
            R_ETAT_VISIBLE,
            not caches,
            "l'état d'envoi n'est pas montré à l'utilisateur",
            attendu="un état visible pour chaque document",
            recu=f"invisible pour {', '.join(caches)}" if caches else "visible",
            ou="liste des documents du patient",
        ),
    ]


@verification(R_CODE_ERREUR)
def code_montre(code: str, messages: Sequence[str], code_erreur: Any, echanges: tuple[int, ...]) -> Constat:
    """Le code de la réponse du DMP se lit dans ce que le logiciel montre."""
    if not code:
        return R_CODE_ERREUR.sans_objet("le DMP n'a refusé aucun envoi")
    return juger(
        R_CODE_ERREUR,
        code_erreur == code or any(code in message for message in messages),
        "le code d'erreur du DMP n'est pas montré",
        attendu=code,
        recu=f"{code_erreur or 'aucun code'} ; {' ; '.join(messages)}",
        ou="réponse du logiciel",
        echanges=echanges,
    )
