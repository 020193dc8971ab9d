"""L'autoconfiguration d'une boîte : le fichier de l'opérateur lu, ses paramètres employés, la connexion essayée."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.mssante.dialogue import SERVICE, Session, sessions
from steps.verifications.registre import verification

_REM = "REM RIS, exigence MSS/CONF.04 (travaux de concertation 2023)"
_FICHIER = "autoconfig"
_DNS = ("dns:SRV",)
_POINT = "autoconfiguration"

LU = Regle(
    "MSS-CFG-01", "Le fichier d'autoconfiguration du domaine de la BAL est lu", _REM, Confiance.OFFICIELLE,
    "Tirer de l'adresse de la BAL le domaine, et lire https://autoconfig.<domaine>/mail/config-v1.1.xml.",
)  # fmt: skip
ESSAYEE = Regle(
    "MSS-CFG-02", "La configuration est validée par un essai de connexion", _REM, Confiance.OFFICIELLE,
    "Ouvrir une session avec les paramètres trouvés avant de dire la BAL configurée.",
)  # fmt: skip
EMPLOYES = Regle(
    "MSS-CFG-03", "Les paramètres du fichier sont ceux de la BAL configurée", _REM, Confiance.OFFICIELLE,
    "Reprendre du fichier les serveurs et les ports de l'API LPS, sans valeur écrite d'avance.",
)  # fmt: skip


@verification(LU, ESSAYEE)
def configuree(echanges: Sequence[Echange], adresse: str, dit: str) -> list[Constat]:
    """`echanges` : ceux du service mssante pendant l'autoconfiguration ; `dit` : la réponse du logiciel."""
    domaine = adresse.rpartition("@")[2].lower()
    lectures = [e for e in echanges if e.operation == _FICHIER and e.reponse is not None and e.reponse.statut == 200]
    bonnes = [e for e in lectures if e.notes.get("domaine", "").lower() == domaine]
    if not bonnes:
        if any(e.operation in _DNS for e in echanges):
            return [
                LU.a_regarder(
                    "les paramètres sont cherchés au DNS (RFC 6186), selon une lecture plus tardive du référentiel, "
                    "et non le fichier que nomme cette exigence",
                    recu=f"recherche SRV, aucun fichier lu ; logiciel : {dit}", ou="autoconfiguration",
                )
            ]  # fmt: skip
        autres = ", ".join(sorted({e.notes.get("domaine", "?") for e in lectures}))
        return [
            LU.enfreinte(
                "le fichier d'autoconfiguration du domaine de la BAL n'est pas lu",
                attendu=f"config-v1.1.xml de {domaine}",
                recu=(f"fichier de {autres}" if autres else "aucun fichier lu") + f" ; logiciel : {dit}",
                ou="autoconfiguration", echanges=tuple(e.numero for e in lectures),
            )
        ]  # fmt: skip
    numero = bonnes[0].numero
    lu = LU.respectee(recu=f"fichier de {domaine}", ou="autoconfiguration", echanges=(numero,))
    apres = [s for s in sessions(e for e in echanges if e.service == SERVICE) if s.numeros[0] > numero]
    essais = [s for s in apres if any(c.reussie for c in s.authentifications) and s.bal == adresse.lower()]
    if not essais:
        return [
            lu,
            ESSAYEE.enfreinte(
                "aucun essai de connexion ne valide la configuration", attendu=f"une session ouverte sur {adresse}",
                recu=f"{len(apres)} connexion(s), aucune ouverte sur cette BAL ; logiciel : {dit}",
                ou="autoconfiguration", echanges=(numero,),
            ),
        ]  # fmt: skip
    return [
        lu,
        ESSAYEE.respectee(
            recu=f"{essais[0].protocole.upper()} {essais[0].connexion}", ou="autoconfiguration",
            echanges=(essais[0].authentifications[-1].numero,),
        ),
    ]  # fmt: skip


@verification(EMPLOYES)
def parametres_employes(protocole: str, vues: Sequence[Session], adresse: str) -> Constat:
    """Les sessions ouvertes ensuite sur cette BAL passent par les ports que seul le fichier annonce.

    Une connexion d'avant la configuration, dont seule la suite ou la fin tombe ici, n'en dit rien.
    """
    nom = protocole.upper()
    ouvertes = [s for s in vues if s.protocole == protocole and s.accueil is not None]
    siennes = [s for s in ouvertes if s.bal == adresse.lower()]
    if not siennes:
        return EMPLOYES.sans_objet(f"{nom} : aucune session n'a été ouverte sur {adresse} après sa configuration")
    ailleurs = [s for s in siennes if s.note("point") != _POINT]
    ou = f"connexion {nom} {', '.join(s.connexion for s in (ailleurs or siennes)[:3])}"
    numeros = tuple(s.numeros[0] for s in (ailleurs or siennes)[:3])
    if ailleurs:
        return EMPLOYES.enfreinte(
            f"{nom} : la BAL configurée ne se sert pas des paramètres du fichier", attendu="le serveur du fichier",
            recu=f"{len(ailleurs)} connexion(s) à un autre port", ou=ou, echanges=numeros,
        )  # fmt: skip
    return EMPLOYES.respectee(recu=f"{len(siennes)} connexion(s) au serveur du fichier", ou=ou, echanges=numeros)
