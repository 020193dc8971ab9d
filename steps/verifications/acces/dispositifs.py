"""Règles des dispositifs d'authentification propres au logiciel : renouvellement, perte, un seul facteur après deux."""

from __future__ import annotations

from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.acces.connexions import Connexion
from steps.verifications.acces.contexte import REM
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_RENOUVELLEMENT = REM.format("SSI/IE.34 (professionnels) et SSI/IE.49 (usagers)")
_PERTE = REM.format("SSI/IE.35 (professionnels) et SSI/IE.50 (usagers)")
_UNIQUE = REM.format("SSI/IE.37")
_OU = "connexion"


def _regle(numero: str, titre: str, source: str, a_faire: str, confiance: Confiance = Confiance.OFFICIELLE) -> Regle:
    return Regle(f"ACC-DIS-{numero}", titre, source, confiance, a_faire)


R_FREQUENCE = _regle(
    "01", "La fréquence de renouvellement d'un type de dispositif se règle", _RENOUVELLEMENT,
    "Laissez l'administrateur fixer, par type de dispositif, la durée au bout de laquelle il se renouvelle.",
)  # fmt: skip
R_RENOUVELLEMENT = _regle(
    "02", "Un dispositif échu doit être renouvelé avant d'ouvrir une session", _RENOUVELLEMENT,
    "À l'échéance réglée, n'ouvrez pas la session : demandez d'abord le renouvellement du dispositif.",
)  # fmt: skip
R_PAR_TYPE = _regle(
    "03", "La fréquence réglée pour un type et une population ne vaut que pour eux", _RENOUVELLEMENT,
    "N'appliquez la fréquence qu'au type de dispositif (et à la population) pour lequel elle a été réglée.",
)  # fmt: skip
R_RENOUVELE = _regle(
    "04", "Après le renouvellement, seul le nouveau secret ouvre la session", _RENOUVELLEMENT,
    "Renouvelez vraiment le secret : l'ancien ne doit plus servir.", Confiance.DEDUITE,
)  # fmt: skip
R_CODE_FAUX = _regle(
    "05", "Un code faux ne vaut pas second facteur", "RFC 6238, section 5.2 ; " + _PERTE,
    "Contrôlez le code présenté, et ne l'acceptez qu'une fois.", Confiance.DOCUMENTEE,
)  # fmt: skip
R_PERDU = _regle(
    "06", "Un dispositif déclaré perdu ou volé n'ouvre plus de session", _PERTE,
    "Refusez toute connexion par un dispositif dès qu'il est déclaré perdu ou volé.",
)  # fmt: skip
R_PREUVE = _regle(
    "07", "Déclarer une perte sans session demande d'abord de s'identifier et de s'authentifier", _PERTE,
    "Avant de valider la déclaration, vérifiez l'identité du titulaire, au besoin par un moyen dégradé.",
)  # fmt: skip
R_DECLARATION = _regle(
    "08", "La perte d'un dispositif peut être déclarée", _PERTE,
    "Offrez la déclaration au titulaire, ou la désactivation à un administrateur.",
)  # fmt: skip
R_AUTRES = _regle(
    "09", "Désactiver un dispositif laisse les autres en service", _PERTE,
    "Ne désactivez que le dispositif désigné, chez son seul titulaire.", Confiance.DEDUITE,
)  # fmt: skip
R_TITULAIRE = _regle(
    "10", "Un dispositif ne se déclare pas perdu depuis la session d'une autre personne", _PERTE,
    "Exigez une session du titulaire (ou d'un administrateur).",
)  # fmt: skip
R_DELAI = _regle(
    "11", "Le délai maximal avant un second facteur se règle", _UNIQUE + ", scénario SSI/IE.37.02",
    "Laissez l'administrateur fixer ce délai, et montrez-lui la valeur en vigueur.",
)  # fmt: skip
R_DANS_LE_DELAI = _regle(
    "12", "Dans le délai réglé, un seul facteur suffit après une connexion à deux", _UNIQUE,
    "Si vous admettez un seul facteur, admettez-le pendant tout le délai réglé.",
)  # fmt: skip
R_AU_DELA = _regle(
    "13", "Au-delà du délai réglé, un second facteur est exigé", _UNIQUE,
    "Comptez le délai depuis la dernière connexion à deux facteurs, et exigez ensuite le second facteur.",
)  # fmt: skip
R_PERSONNE = _regle(
    "14", "Un seul facteur ne suffit qu'à qui s'est connecté à deux", _UNIQUE,
    "La connexion à deux facteurs d'une personne ne dispense qu'elle.",
)  # fmt: skip
R_DISPOSITIF_INITIAL = _regle(
    "15", "Le facteur présenté seul fait partie du dispositif de la connexion à deux facteurs", _UNIQUE,
    "N'admettez seul qu'un facteur qui a servi à la dernière connexion à deux facteurs.",
)  # fmt: skip


# ------------------------------------------------------------------ renouvellement
@verification(R_FREQUENCE)
def frequence_reglee(accepte: bool, lue: Any, *, population: str, genre: str, secondes: int, dit: str) -> Constat:
    """Le réglage relu porte la fréquence demandée, pour ce type et cette population."""
    lues = lue if isinstance(lue, list) else [lue]
    voulue = {"population": population, "type": genre, "secondes": secondes}
    tient = any(isinstance(f, dict) and all(f.get(c) == v for c, v in voulue.items()) for f in lues)
    return juger(
        R_FREQUENCE, accepte and tient, "la fréquence réglée n'est pas celle que le logiciel montre",
        attendu=f"{genre} ({population}) : {secondes} s", recu=f"{lue} ({dit})",
        ou="réglage renouvellement_dispositifs",
    )  # fmt: skip


@verification(R_RENOUVELLEMENT)
def renouvellement_impose(avant: Connexion, apres: Connexion, duree: str) -> Constat:
    """Juste avant l'échéance la session s'ouvre ; juste après, le renouvellement est demandé d'abord."""
    if not avant.ouverte:
        return R_RENOUVELLEMENT.sans_objet(f"la connexion échouait déjà avant l'échéance : {avant.recu}")
    if apres.ouverte and apres.demande == "renouvellement_dispositif":
        return R_RENOUVELLEMENT.a_regarder(
            "la session s'ouvre et demande le renouvellement : montrez que rien n'est accessible avant", recu=apres.recu
        )
    if not apres.ouverte and apres.demande != "renouvellement_dispositif":
        return R_RENOUVELLEMENT.a_regarder(
            "la connexion est refusée sans que le renouvellement soit demandé : montrez-le à l'écran", recu=apres.recu
        )
    return juger(
        R_RENOUVELLEMENT, not apres.ouverte, f"le dispositif, échu depuis {duree}, ouvre encore la session",
        attendu="pas de session, et la demande renouvellement_dispositif", recu=apres.recu, ou=_OU,
    )  # fmt: skip


@verification(R_PAR_TYPE)
def autre_non_renouvele(vue: Connexion, regle_pour: str) -> Constat:
    """Un dispositif d'un autre type, ou d'une autre population, du même âge, ouvre toujours."""
    return juger(
        R_PAR_TYPE, vue.ouverte, f"la fréquence réglée pour {regle_pour} s'applique ailleurs",
        attendu="session ouverte", recu=vue.recu, ou=_OU,
    )  # fmt: skip


@verification(R_RENOUVELE)
def secret_renouvele(nouveau: Connexion, ancien: Connexion) -> Constat:
    """Le nouveau secret ouvre, l'ancien non."""
    return juger(
        R_RENOUVELE, nouveau.ouverte and not ancien.ouverte, "le secret n'a pas été renouvelé",
        attendu="nouveau secret accepté, ancien refusé", recu=f"{nouveau.recu} ; {ancien.recu}", ou=_OU,
    )  # fmt: skip


@verification(R_CODE_FAUX)
def code_faux_refuse(faux: Connexion, juste: Connexion) -> Constat:
    """Refusé, alors que le code juste ouvre la même session."""
    if not juste.ouverte:
        return R_CODE_FAUX.sans_objet(f"le code juste n'ouvre pas non plus la session : {juste.recu}")
    return juger(
        R_CODE_FAUX, not faux.ouverte, "un code faux ouvre la session", attendu="refus", recu=faux.recu, ou=_OU
    )  # fmt: skip


# ------------------------------------------------------------------ perte et vol
@verification(R_DECLARATION)
def perte_declaree(fait: bool, par: str, dit: str, *, absente: bool = False) -> Constat:
    """La déclaration, dûment prouvée, est reçue ; `absente` : le logiciel dit ne pas avoir la fonction."""
    if absente:
        return R_DECLARATION.a_regarder(f"fonction absente ({par}) : montrez comment la perte se déclare", recu=dit)
    return juger(
        R_DECLARATION, fait, f"la perte ne peut pas être déclarée ({par})", attendu="déclaration reçue", recu=dit,
        ou=par,
    )  # fmt: skip


@verification(R_PERDU)
def perdu_refuse(avant: Connexion, apres: Connexion) -> Constat:
    """Le dispositif ouvrait la session ; déclaré perdu, il ne l'ouvre plus."""
    if not avant.ouverte:
        return R_PERDU.sans_objet(f"ce dispositif n'ouvrait déjà pas de session : {avant.recu}")
    return juger(
        R_PERDU, not apres.ouverte, "un dispositif déclaré perdu ouvre encore la session", attendu="refus",
        recu=apres.recu, ou=_OU,
    )  # fmt: skip


@verification(R_PREUVE)
def perte_prouvee(declaration_faite: bool, apres: Connexion, preuve: str, dit: str) -> Constat:
    """Sans preuve, ou avec une preuve fausse, la déclaration est refusée et le dispositif sert encore."""
    return juger(
        R_PREUVE, not declaration_faite and apres.ouverte, f"la perte a été déclarée {preuve}",
        attendu="déclaration refusée, dispositif toujours en service", recu=f"{dit} ; {apres.recu}",
        ou="déclaration de perte sans session",
    )  # fmt: skip


@verification(R_AUTRES)
def autres_en_service(vue: Connexion) -> Constat:
    """Un autre dispositif, de la même personne ou d'une autre, ouvre toujours."""
    return juger(
        R_AUTRES, vue.ouverte, "un dispositif que personne n'a déclaré perdu n'ouvre plus la session",
        attendu="session ouverte", recu=vue.recu, ou=_OU,
    )  # fmt: skip


@verification(R_TITULAIRE)
def perte_par_un_autre_refusee(faite: bool, apres: Connexion, dit: str) -> Constat:
    """Depuis la session d'une autre personne, la déclaration est refusée et le dispositif sert encore."""
    return juger(
        R_TITULAIRE, not faite and apres.ouverte, "une autre personne a déclaré perdu ce dispositif",
        attendu="déclaration refusée, dispositif toujours en service", recu=f"{dit} ; {apres.recu}",
        ou="déclaration de perte en session",
    )  # fmt: skip


# ------------------------------------------------------------------ un seul facteur après deux
@verification(R_DELAI)
def delai_regle(accepte: bool, lue: Any, secondes: int, dit: str) -> Constat:
    """Le réglage relu est celui que l'administrateur a fixé."""
    return juger(
        R_DELAI, accepte and lue == secondes, "le délai réglé n'est pas celui que le logiciel montre",
        attendu=f"{secondes} s", recu=f"{lue} ({dit})", ou="réglage delai_facteur_unique",
    )  # fmt: skip


@verification(R_DANS_LE_DELAI)
def un_facteur_dans_le_delai(deux: Connexion, un: Connexion, quand: str) -> Constat:
    """Après une connexion à deux facteurs, un seul ouvre la session ; sinon, la fonction est à montrer."""
    if not deux.ouverte or len(set(deux.moyens)) < 2:
        return R_DANS_LE_DELAI.sans_objet(f"aucune connexion à deux facteurs n'a précédé : {deux.recu}")
    if not un.ouverte:
        return R_DANS_LE_DELAI.a_regarder(
            f"un seul facteur est refusé {quand} : montrez que le logiciel n'en admet jamais un seul, ou corrigez",
            recu=un.recu, ou=_OU,
        )  # fmt: skip
    return R_DANS_LE_DELAI.respectee(recu=f"{quand} : {un.recu}", ou=_OU)


@verification(R_AU_DELA)
def second_facteur_au_dela(dans: Connexion, hors: Connexion, complet: Connexion, quand: str) -> Constat:
    """Un seul facteur, admis plus tôt, est refusé au-delà du délai ; deux facteurs ouvrent."""
    if not complet.ouverte:
        return R_AU_DELA.sans_objet(f"deux facteurs n'ouvrent pas non plus la session : {complet.recu}")
    if hors.ouverte:
        return R_AU_DELA.enfreinte(
            f"un seul facteur ouvre encore la session {quand}", attendu="refus, et la demande second_facteur",
            recu=hors.recu, ou=_OU,
        )  # fmt: skip
    if not dans.ouverte:
        return R_AU_DELA.a_regarder("un seul facteur n'a jamais été admis : rien à limiter", recu=dans.recu, ou=_OU)
    if hors.demande != "second_facteur":
        return R_AU_DELA.a_regarder("refus sans demande de second facteur : montrez l'écran", recu=hors.recu, ou=_OU)
    return R_AU_DELA.respectee(recu=f"{quand} : {hors.recu}", ou=_OU)


@verification(R_PERSONNE)
def dispense_personnelle(dispensee: Connexion, autre: Connexion) -> Constat:
    """Une autre personne, dotée elle aussi d'un dispositif, doit présenter ses deux facteurs."""
    if not dispensee.ouverte:
        return R_PERSONNE.a_regarder("un seul facteur n'a pas été admis : rien à comparer", recu=dispensee.recu)
    return juger(
        R_PERSONNE, not autre.ouverte, "un seul facteur suffit à une personne jamais connectée à deux",
        attendu="refus, et la demande second_facteur", recu=autre.recu, ou=_OU,
    )  # fmt: skip


@verification(R_DISPOSITIF_INITIAL)
def facteur_du_dispositif_initial(dispensee: Connexion, autre: Connexion) -> Constat:
    """Un autre dispositif de la même personne ne suffit pas seul."""
    if not dispensee.ouverte:
        return R_DISPOSITIF_INITIAL.a_regarder("un seul facteur n'a pas été admis", recu=dispensee.recu)
    return juger(
        R_DISPOSITIF_INITIAL, not autre.ouverte, "un dispositif étranger à la connexion à deux facteurs suffit seul",
        attendu="refus", recu=autre.recu, ou=_OU,
    )  # fmt: skip
