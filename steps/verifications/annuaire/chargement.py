"""Règles sur le chargement de l'extraction publique : téléchargée, racontée, intégrée, remise à jour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.annuaire.adresses import dire_resultats
from steps.verifications.annuaire.contexte import PersonnePubliee, ecarts, resultat_de
from steps.verifications.annuaire.lecture import Extraction, telechargements
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_ANN01 = REM_BIO.format("ANN/va1.01")
_OU = "annuaire chargé dans le logiciel"

R_TELECHARGEE = Regle(
    "ANN-IMP-01", "Le chargement télécharge l'extraction PS_LibreAcces publiée", _ANN01, Confiance.OFFICIELLE,
    "Téléchargez l'archive PS_LibreAcces à chaque chargement, tant qu'elle a changé.",
)  # fmt: skip
R_RAPPORT = Regle(
    "ANN-IMP-02", "Le rapport d'intégration compte ce que le fichier portait", _ANN01, Confiance.OFFICIELLE,
    "Comptez les lignes réellement lues dans PS_LibreAcces_Personne_activite et dites-le dans le rapport.",
)  # fmt: skip
R_INTEGREE = Regle(
    "ANN-IMP-03", "Les professionnels du fichier se trouvent ensuite dans le logiciel, avec leurs données", _ANN01,
    Confiance.OFFICIELLE, "Intégrez toutes les lignes, en UTF-8, et rendez-les accessibles à la recherche.",
)  # fmt: skip
R_REMISE_A_JOUR = Regle(
    "ANN-IMP-04", "Un nouveau chargement met à jour ce qui a changé et ajoute qui est nouveau", _ANN01,
    Confiance.OFFICIELLE, "À chaque chargement, mettez à jour les fiches connues et créez les nouvelles.",
)  # fmt: skip
R_ECARTE = Regle(
    "ANN-IMP-07", "Un professionnel que l'extraction ne porte plus n'est plus proposé comme en exercice", _ANN01,
    Confiance.DEDUITE, "Rendez inactives les fiches qui ne sont plus publiées, ou montrez qu'elles ne le sont plus.",
)  # fmt: skip
R_ECHEC_DIT = Regle(
    "ANN-IMP-05", "Une extraction abîmée n'est pas annoncée comme chargée", "pratique du banc", Confiance.DEDUITE,
    "Vérifiez l'archive avant de remplacer l'annuaire en place, et dites l'échec.",
)  # fmt: skip
R_ABOUTI = Regle(
    "ANN-IMP-06", "Le chargement de l'extraction aboutit", _ANN01, Confiance.OFFICIELLE,
    "Lisez l'archive telle qu'elle est publiée : ZIP, UTF-8, « | », colonnes retrouvées par leur nom.",
)  # fmt: skip


@verification(R_ABOUTI)
def chargement_abouti(resultat: str, dit: str) -> Constat:
    """Le logiciel dit avoir chargé une extraction que rien n'abîme."""
    return juger(
        R_ABOUTI, resultat == "fait", "le logiciel n'a pas pu charger l'extraction", attendu="un chargement fait",
        recu=dit, ou="chargement de l'annuaire",
    )  # fmt: skip


@verification(R_TELECHARGEE)
def extraction_telechargee(echanges: Sequence[Echange], dit: str) -> Constat:
    """Une archive a été reçue en entier depuis la demande de chargement."""
    recues = telechargements(echanges)
    demandes = [e for e in echanges if e.service == "annuaire" and e.operation.startswith("extraction:")]
    return juger(
        R_TELECHARGEE, bool(recues), "aucune extraction PS_LibreAcces n'a été téléchargée",
        attendu="GET de PS_LibreAcces, réponse 200",
        recu=f"{len(recues)} téléchargement(s)" if recues else f"{len(demandes)} demande(s) d'extraction ; {dit}",
        ou="échanges avec l'annuaire", echanges=tuple(e.numero for e in recues or demandes),
    )  # fmt: skip


@verification(R_RAPPORT)
def rapport_fidele(rapport: Mapping[str, Any], recue: Extraction) -> Constat:
    """Le nombre annoncé est celui des lignes d'activité, des professionnels, ou des lignes de toute l'archive."""
    lus = rapport.get("lus")
    if not isinstance(lus, int):
        return R_RAPPORT.a_regarder(
            "le rapport relevé ne dit pas combien de lignes ont été lues : comparez celui du logiciel à l'archive",
            recu=str(dict(rapport)) if rapport else "aucun rapport relevé", ou="rapport d'intégration",
        )  # fmt: skip
    admis = {recue.lignes, len(recue.personnes), sum(recue.lignes_par_fichier.values())}
    return juger(
        R_RAPPORT, lus in admis, "le rapport annonce un autre nombre de lignes que le fichier reçu",
        attendu=f"{recue.lignes} lignes d'activité ({len(recue.personnes)} professionnels)", recu=f"{lus} lignes lues",
        ou="rapport d'intégration",
    )  # fmt: skip


Resultats = Sequence[Mapping[str, Any]]


@verification(R_INTEGREE)
def professionnel_integre(
    resultats: Resultats, attendu: PersonnePubliee, *, api_appelee: bool, dit: str = ""
) -> Constat:
    """Trouvé sans l'API, avec les données de la ligne du fichier."""
    return _integre(R_INTEGREE, resultats, attendu, api_appelee=api_appelee, dit=dit)


@verification(R_REMISE_A_JOUR)
def professionnel_remis_a_jour(
    resultats: Resultats, attendu: PersonnePubliee, *, api_appelee: bool, dit: str = ""
) -> Constat:
    """Trouvé sans l'API, avec les données du dernier fichier reçu."""
    return _integre(R_REMISE_A_JOUR, resultats, attendu, api_appelee=api_appelee, dit=dit)


def _integre(regle: Regle, resultats: Resultats, attendu: PersonnePubliee, *, api_appelee: bool, dit: str) -> Constat:
    resultat = resultat_de(resultats, attendu)
    if resultat is None:
        if api_appelee:
            return regle.a_regarder(
                f"le logiciel cherche dans l'API, indisponible ici : montrez {attendu.lisible} dans l'annuaire chargé",
                recu=dit or dire_resultats(resultats), ou=_OU,
            )  # fmt: skip
        return regle.enfreinte(
            f"le professionnel n'est pas dans l'annuaire chargé : {attendu.lisible}", attendu=attendu.lisible,
            recu=f"{dire_resultats(resultats)} ; {dit}", ou=_OU,
        )  # fmt: skip
    differences = ecarts(resultat, attendu)
    return juger(
        regle, not differences, f"les données de {attendu.lisible} ne sont pas celles du fichier reçu",
        attendu="; ".join(f"{champ} {voulu}" for champ, voulu, _ in differences) or attendu.lisible,
        recu="; ".join(f"{champ} {recu}" for champ, _, recu in differences) or attendu.lisible, ou=_OU,
    )  # fmt: skip


@verification(R_ECARTE)
def professionnel_ecarte(
    resultats: Resultats, retire: PersonnePubliee, *, temoins: Sequence[str], api_appelee: bool, dit: str
) -> Constat:
    """Il n'est plus proposé, alors que d'autres, restés dans le fichier, le sont."""
    if not temoins:
        return R_ECARTE.sans_objet("aucun professionnel du fichier n'a été trouvé : l'absence ne prouve rien")
    if api_appelee:
        return R_ECARTE.a_regarder(
            f"le logiciel cherche dans l'API, indisponible ici : montrez que {retire.lisible} n'est plus proposé",
            recu=dit, ou=_OU,
        )  # fmt: skip
    trouve = resultat_de(resultats, retire)
    return juger(
        R_ECARTE, trouve is None, f"un professionnel retiré est encore proposé : {retire.lisible}",
        attendu="aucun résultat pour ce RPPS", recu=dire_resultats([trouve] if trouve else []), ou=_OU,
    )  # fmt: skip


@verification(R_ECHEC_DIT)
def echec_dit(resultat: str, rapport: Mapping[str, Any], dit: str) -> Constat:
    """Une archive coupée ne donne pas un chargement réussi."""
    annonce = resultat == "fait" and bool(rapport.get("lus"))
    return juger(
        R_ECHEC_DIT, not annonce, "une archive coupée en son milieu est annoncée comme chargée",
        attendu="un échec dit à l'utilisateur", recu=dit, ou="rapport d'intégration",
    )  # fmt: skip
