"""Règles des sessions : fermées par le professionnel, par l'inactivité, à la fermeture de l'onglet ou du client."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.acces.contexte import REM
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_IE39 = REM.format("SSI/IE.39, scénario SSI/IE.39.01")

R_FERMEE = Regle(
    "ACC-SES-01", "Le professionnel ferme sa session, et doit s'identifier de nouveau", REM.format("SSI/IE.38"),
    Confiance.OFFICIELLE, "Proposez la déconnexion ; ensuite, n'ouvrez plus rien sans nouvelle authentification.",
)  # fmt: skip
R_AUTRES = Regle(
    "ACC-SES-02", "Fermer sa session ne ferme pas celle d'un autre professionnel", REM.format("SSI/IE.38"),
    Confiance.OFFICIELLE, "La déconnexion ne ferme que la session de qui se déconnecte.",
)  # fmt: skip
R_REOUVERTE = Regle(
    "ACC-SES-03", "Une session fermée se rouvre par une nouvelle authentification", REM.format("SSI/IE.38"),
    Confiance.OFFICIELLE, "Laissez le professionnel se reconnecter par ses moyens habituels.",
)  # fmt: skip
R_INACTIVE = Regle(
    "ACC-SES-04", "Une session inactive se ferme au terme de la durée réglée", _IE39,
    Confiance.OFFICIELLE, "Fermez d'office toute session inactive depuis la durée que l'administrateur a réglée.",
)  # fmt: skip
R_MAINTENUE = Regle(
    "ACC-SES-05", "Une session n'est pas fermée avant le terme de l'inactivité réglée", _IE39,
    Confiance.OFFICIELLE, "Appliquez la durée réglée, comptée depuis la dernière activité.",
)  # fmt: skip
R_REGLABLE = Regle(
    "ACC-SES-06", "L'administrateur règle la durée d'inactivité", _IE39,
    Confiance.OFFICIELLE, "Offrez ce réglage, et gardez la valeur donnée.",
)  # fmt: skip
R_ONGLET = Regle(
    "ACC-SES-07", "Fermer l'onglet ferme la session (préconisé)",
    REM.format("SSI/IE.40, scénario SSI/IE.40.01 (préconisation)"), Confiance.OFFICIELLE,
    "Redemandez une identification quand l'onglet ou le navigateur a été fermé.",
)  # fmt: skip
R_CLIENT = Regle(
    "ACC-SES-08", "Fermer le client de connexion ferme la session (préconisé)",
    REM.format("SSI/IE.40, scénario SSI/IE.40.02 (préconisation)"), Confiance.OFFICIELLE,
    "Redemandez une identification quand le client, ou la session du poste, a été fermé.",
)  # fmt: skip


@verification(R_FERMEE)
def session_fermee(ouverte_avant: bool, ouverte_apres: bool, dit: str, qui: str) -> Constat:
    """L'écran qui s'ouvrait ne s'ouvre plus après la déconnexion."""
    if not ouverte_avant:
        return R_FERMEE.sans_objet(f"{qui} : la session n'ouvrait déjà rien avant la déconnexion")
    return juger(
        R_FERMEE, not ouverte_apres, f"{qui} : la session fermée ouvre encore un écran", attendu="écran refusé",
        recu=dit, ou=f"session de {qui}",
    )  # fmt: skip


@verification(R_AUTRES)
def autre_session_intacte(ouverte: bool, dit: str, qui: str) -> Constat:
    """La session d'un autre compte, et l'autre session du même compte s'il en a, restent ouvertes."""
    return juger(
        R_AUTRES, ouverte, f"{qui} : session fermée par la déconnexion d'un autre", attendu="écran ouvert", recu=dit,
        ou=f"session de {qui}",
    )  # fmt: skip


@verification(R_REOUVERTE)
def session_rouverte(ouverte: bool, neuve: bool, dit: str, qui: str) -> Constat:
    """La reconnexion ouvre une session, qui n'est pas celle qu'on a fermée."""
    return juger(
        R_REOUVERTE, ouverte and neuve, f"{qui} : la reconnexion n'ouvre pas de session neuve",
        attendu="une session neuve", recu=dit if not ouverte else "session neuve" if neuve else "la session fermée",
        ou=f"session de {qui}",
    )  # fmt: skip


@verification(R_REGLABLE)
def delai_reglable(resultat: str, dit: str, relu: object, voulu: int) -> Constat:
    """Le réglage est accepté, et relu tel qu'il a été donné quand il se relit."""
    suivi = resultat == "fait" and relu in (None, voulu)
    return juger(
        R_REGLABLE, suivi, "la durée d'inactivité ne se règle pas", attendu=f"{voulu} s",
        recu=f"{relu} s" if resultat == "fait" else dit, ou="réglage delai_inactivite",
    )  # fmt: skip


@verification(R_MAINTENUE)
def session_maintenue(ouverte: bool, dit: str, depuis: int, delai: int) -> Constat:
    """Inactive depuis moins que la durée réglée : encore ouverte."""
    return juger(
        R_MAINTENUE, ouverte, f"session fermée après {depuis} s d'inactivité, pour {delai} s réglées",
        attendu="session ouverte", recu=f"ouverte après {depuis} s d'inactivité" if ouverte else dit,
        ou=f"inactivité réglée à {delai} s",
    )  # fmt: skip


@verification(R_INACTIVE)
def session_expiree(ouverte: bool, ouverte_avant: bool, dit: str, depuis: int, delai: int) -> Constat:
    """Inactive depuis plus que la durée réglée : fermée."""
    if not ouverte_avant:
        return R_INACTIVE.sans_objet("la session était déjà fermée avant son terme : sa fermeture ne prouve rien")
    return juger(
        R_INACTIVE, not ouverte, f"session encore ouverte après {depuis} s d'inactivité, pour {delai} s réglées",
        attendu="session fermée", recu="ouverte" if ouverte else f"fermée après {depuis} s ({dit})",
        ou=f"inactivité réglée à {delai} s",
    )  # fmt: skip


@verification(R_ONGLET, R_CLIENT)
def application_quittee(quoi: str, ouverte_avant: bool, ouverte_apres: bool, dit: str) -> Constat:
    """Rouvert après la fermeture (onglet, navigateur, client, poste), le logiciel redemande qui l'on est.

    Préconisé seulement : un logiciel qui ne le fait pas n'enfreint rien, une personne dit s'il le réclame.
    """
    regle = R_ONGLET if quoi in ("onglet", "navigateur") else R_CLIENT
    if not ouverte_avant:
        return regle.sans_objet(f"la session n'ouvrait déjà rien avant de fermer : {quoi}")
    if ouverte_apres:
        return regle.a_regarder(
            f"{quoi} fermé puis rouvert : la session est toujours ouverte ; c'est une préconisation, dites si le "
            "logiciel la réclame", recu="session encore ouverte", ou=quoi,
        )  # fmt: skip
    return regle.respectee(recu=dit, ou=quoi)
