"""Règles de la connexion des usagers : deux facteurs, mots de passe, déconnexion, inactivité, fermeture du client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.acces.connexions import Connexion
from steps.verifications.acces.contexte import REM
from steps.verifications.acces.mots_de_passe import TENTATIVES_JOUEES, TENTATIVES_MAX
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_DEUX = REM.format("SSI/IE.51, scénario SSI/IE.51.01")
_INACTIVITE = REM.format("SSI/IE.54, scénarios SSI/IE.54.01 et SSI/IE.54.02")


def _regle(numero: str, titre: str, source: str, a_faire: str, confiance: Confiance = Confiance.OFFICIELLE) -> Regle:
    return Regle(f"ACC-USA-{numero}", titre, source, confiance, a_faire)


R_DEUX_PAR_DEFAUT = _regle(
    "11", "Par défaut, un usager ne se connecte pas avec un seul facteur", _DEUX,
    "À l'installation, exigez deux facteurs de tout usager.",
)  # fmt: skip
R_DEUX_FACTEURS = _regle(
    "12", "Un usager se connecte avec deux facteurs différents", _DEUX,
    "Ouvrez la session quand les deux facteurs sont justes, et montrez lesquels ont servi.",
)  # fmt: skip
R_IMPOSABLES = _regle(
    "13", "Deux facteurs peuvent être imposés aux usagers", _DEUX,
    "Laissez l'administrateur imposer deux facteurs, et appliquez-le aussitôt.",
)  # fmt: skip
R_TENTATIVES = _regle(
    "14", "Le nombre de tentatives par mot de passe d'un usager est limité",
    REM.format("SSI/IE.52, scénario SSI/IE.52.01"),
    "Temporisez, bloquez le compte ou demandez un captcha après quelques échecs.",
)  # fmt: skip
R_RESTREINT = _regle(
    "15", "La restriction arrête vraiment les tentatives sur ce compte", REM.format("SSI/IE.52"),
    "Pendant la restriction, refusez aussi le bon mot de passe.",
)  # fmt: skip
R_AUTRES = _regle(
    "16", "La restriction d'un compte d'usager n'atteint pas les autres", REM.format("SSI/IE.52"),
    "Comptez les échecs compte par compte.", Confiance.DEDUITE,
)  # fmt: skip
R_FAIBLE = _regle(
    "17", "Un mot de passe trop faible est refusé à un usager", REM.format("SSI/IE.52, scénario SSI/IE.52.02"),
    "Refusez 5 caractères alphanumériques, et 7 chiffres seuls.",
)  # fmt: skip
R_FORT = _regle(
    "18", "Un mot de passe long et varié est accepté d'un usager, et remplace l'ancien",
    REM.format("SSI/IE.52, scénario SSI/IE.52.02"),
    "Un mot de passe de 20 caractères des quatre jeux suit toutes les politiques admises : acceptez-le.",
    Confiance.DEDUITE,
)  # fmt: skip
R_DECONNEXION = _regle(
    "19", "Un usager qui se déconnecte ferme sa session", REM.format("SSI/IE.53, scénario SSI/IE.53.01"),
    "Fermez la session côté serveur, et demandez une nouvelle authentification.",
)  # fmt: skip
R_DELAI = _regle(
    "20", "La durée d'inactivité des usagers se règle", _INACTIVITE,
    "Laissez l'administrateur régler cette durée, et montrez-lui la valeur en vigueur.",
)  # fmt: skip
R_INACTIVITE = _regle(
    "21", "La session d'un usager inactif se ferme au bout de la durée réglée", _INACTIVITE,
    "Fermez la session de tout usager inactif depuis la durée réglée.",
)  # fmt: skip
R_PAS_AVANT = _regle(
    "22", "La session d'un usager ne se ferme pas avant la durée réglée", _INACTIVITE,
    "Appliquez la durée réglée pour les usagers, ni plus courte, ni celle d'une autre population.",
)  # fmt: skip
R_FERMETURE = _regle(
    "23", "Fermer le client sans se déconnecter ferme la session de l'usager",
    REM.format("SSI/IE.55 (préconisation)"), "Liez la session à l'onglet, au navigateur ou au client ouvert.",
)  # fmt: skip


# ------------------------------------------------------------------ facteurs
@verification(R_DEUX_PAR_DEFAUT, R_IMPOSABLES)
def un_facteur_refuse(un: Connexion, deux: Connexion, *, impose: bool) -> Constat:
    """Le mot de passe seul n'ouvre rien, alors que deux facteurs ouvrent ; `impose` : réglé par l'administrateur."""
    regle = R_IMPOSABLES if impose else R_DEUX_PAR_DEFAUT
    if not deux.ouverte:
        return regle.sans_objet(f"deux facteurs n'ouvrent pas non plus la session : {deux.recu}")
    quand = "une fois les deux facteurs imposés" if impose else "dans la configuration par défaut"
    return juger(
        regle, not un.ouverte, f"un seul facteur ouvre la session d'un usager, {quand}",
        attendu="refus, et la demande second_facteur", recu=un.recu, ou="connexion",
    )  # fmt: skip


@verification(R_DEUX_FACTEURS)
def deux_facteurs_ouvrent(deux: Connexion) -> Constat:
    """La session s'ouvre et montre au moins deux facteurs différents."""
    distincts = sorted(set(deux.moyens))
    if deux.ouverte and not distincts:
        return R_DEUX_FACTEURS.a_regarder("la session ne montre pas les facteurs employés", recu=deux.recu)
    return juger(
        R_DEUX_FACTEURS, deux.ouverte and len(distincts) >= 2, "l'usager ne se connecte pas avec deux facteurs",
        attendu="session ouverte, deux facteurs", recu=deux.recu, ou="connexion",
    )  # fmt: skip


# ------------------------------------------------------------------ mots de passe
@verification(R_TENTATIVES)
def tentatives_limitees(tentatives: Sequence[Connexion]) -> Constat:
    """Une restriction apparaît avant que le nombre d'essais admis ne soit dépassé ; plus tard, une personne regarde."""
    if not tentatives:
        return R_TENTATIVES.sans_objet("aucun mot de passe faux n'a été essayé")
    if (ouverte := next((t for t in tentatives if t.ouverte), None)) is not None:
        return R_TENTATIVES.enfreinte(
            "un mot de passe faux ouvre la session", attendu="refus", recu=ouverte.recu, ou="connexion"
        )
    rang = next((n for n, t in enumerate(tentatives, 1) if restreinte(t)), 0)
    if rang > TENTATIVES_MAX:
        return R_TENTATIVES.a_regarder(
            f"tentatives limitées après {rang} échecs seulement ; la CNIL en admet {TENTATIVES_MAX} par jour",
            recu=tentatives[rang - 1].recu, ou="connexion",
        )  # fmt: skip
    if not rang and len(tentatives) < TENTATIVES_JOUEES:
        return R_TENTATIVES.sans_objet(f"{len(tentatives)} tentatives seulement : la limite n'a pas été cherchée")
    return juger(
        R_TENTATIVES, bool(rang), f"{len(tentatives)} mots de passe faux sans aucune restriction",
        attendu=f"blocage, attente ou captcha en {TENTATIVES_MAX} essais au plus",
        recu=f"restriction au {rang}e essai : {tentatives[rang - 1].recu}" if rang else tentatives[-1].recu,
        ou="connexion",
    )  # fmt: skip


@verification(R_RESTREINT)
def restriction_tenue(avant: Connexion, pendant: Connexion) -> Constat:
    """Le bon mot de passe, admis avant, ne l'est plus pendant la restriction ; un captcha peut encore l'admettre."""
    if not passe(avant):
        return R_RESTREINT.sans_objet(f"le bon mot de passe n'était déjà pas admis avant : {avant.recu}")
    return juger(
        R_RESTREINT, not passe(pendant), "le bon mot de passe passe malgré la restriction annoncée",
        attendu="refus", recu=pendant.recu, ou="connexion",
    )  # fmt: skip


@verification(R_AUTRES)
def autres_usagers_libres(autre: Connexion) -> Constat:
    """Le mot de passe d'un autre usager est toujours admis."""
    return juger(
        R_AUTRES, passe(autre), "les échecs d'un usager en empêchent un autre", attendu="mot de passe admis",
        recu=autre.recu, ou="connexion",
    )  # fmt: skip


@verification(R_FAIBLE)
def faible_refuse(accepte: bool, essaye: str, dit: str, *, controle: bool) -> Constat:
    """Refusé, alors qu'un mot de passe fort est accepté au même endroit."""
    if not controle:
        return R_FAIBLE.sans_objet("le mot de passe fort est refusé lui aussi : le refus du faible ne prouve rien")
    return juger(
        R_FAIBLE, not accepte, f"{essaye} : accepté", attendu="refus", recu=dit, ou="changement de mot de passe"
    )


@verification(R_FORT)
def fort_accepte(accepte: bool, nouveau: Connexion | None, ancien: Connexion | None, dit: str) -> Constat:
    """Accepté ; il est ensuite admis à la connexion, l'ancien non."""
    effectif = nouveau is not None and passe(nouveau) and ancien is not None and not passe(ancien)
    recu = " ; ".join([dit, *(c.recu for c in (nouveau, ancien) if c)])
    return juger(
        R_FORT, accepte and effectif, "un mot de passe fort n'est pas accepté, ou ne remplace pas l'ancien",
        attendu="accepté, puis seul admis à la connexion", recu=recu, ou="changement de mot de passe",
    )  # fmt: skip


# ------------------------------------------------------------------ sessions
@verification(R_DECONNEXION)
def session_fermee(avant: bool, apres: bool, dit: str) -> Constat:
    """L'écran protégé s'ouvrait avant la déconnexion ; après, il demande de s'authentifier."""
    return _se_ferme(R_DECONNEXION, avant, apres, "la session reste ouverte après la déconnexion", dit)


@verification(R_FERMETURE)
def session_fermee_avec_le_client(avant: bool, apres: bool, quoi: str, dit: str) -> Constat:
    """L'écran protégé s'ouvrait avant ; après la fermeture et la réouverture, il demande de s'authentifier.

    Préconisé seulement : un logiciel qui ne le fait pas n'enfreint rien, une personne dit s'il le réclame.
    """
    if avant and apres:
        return R_FERMETURE.a_regarder(
            f"la session survit à la fermeture ({quoi}) ; c'est une préconisation, dites si le logiciel la réclame",
            recu=f"écran protégé ouvert ({dit})", ou="session",
        )  # fmt: skip
    return _se_ferme(R_FERMETURE, avant, apres, f"la session survit à la fermeture ({quoi})", dit)


@verification(R_DELAI)
def duree_reglee(accepte: bool, lue: Any, secondes: int, dit: str) -> Constat:
    """Le réglage relu est celui que l'administrateur a fixé."""
    return juger(
        R_DELAI, accepte and lue == secondes, "la durée réglée n'est pas celle que le logiciel montre",
        attendu=f"{secondes} s", recu=f"{lue} ({dit})", ou="réglage delai_inactivite_usagers",
    )  # fmt: skip


@verification(R_INACTIVITE)
def inactive_fermee(avant: bool, apres: bool, quand: str, dit: str) -> Constat:
    """Ouverte au début, la session n'est plus là une fois la durée passée sans activité."""
    return _se_ferme(R_INACTIVITE, avant, apres, f"la session reste ouverte {quand}", f"{quand} : {dit}")


@verification(R_PAS_AVANT)
def ouverte_avant_le_terme(ouverte: bool, quand: str, dit: str) -> Constat:
    """Juste avant la durée réglée, la session est toujours là."""
    return juger(
        R_PAS_AVANT, ouverte, f"la session est fermée {quand}", attendu="session ouverte", recu=dit, ou="session"
    )


def passe(connexion: Connexion) -> bool:
    """Vrai si le mot de passe a été admis : session ouverte, ou seul le second facteur manque."""
    return connexion.ouverte or (connexion.demande == "second_facteur" and not restreinte(connexion))


def restreinte(connexion: Connexion) -> bool:
    """Vrai si le logiciel bloque, fait attendre ou demande un captcha."""
    return connexion.bloque or connexion.attente_s > 0 or connexion.demande == "captcha"


def _se_ferme(regle: Regle, avant: bool, apres: bool, message: str, dit: str) -> Constat:
    if not avant:
        return regle.sans_objet(f"la session n'était pas ouverte avant ({dit})")
    recu = f"écran protégé {'ouvert' if apres else 'refusé'} ({dit})"
    return juger(regle, not apres, message, attendu="écran protégé refusé", recu=recu, ou="session")
