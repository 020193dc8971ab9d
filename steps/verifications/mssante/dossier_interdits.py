"""Ce que le logiciel ne doit pas envoyer : usager sans INS qualifiée, refus du patient. Chaque interdit a un témoin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.dossier_envois import FIL
from steps.verifications.mssante.dossier_lecture import CourrielVu
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

R_INS_QUALIFIEE = Regle(
    "MSS-INTERDIT-01", "Aucun courriel ne part à un usager dont l'INS n'est pas qualifiée",
    REM_BIO.format("MSS/va1.19 et MSS/va1.01"), Confiance.OFFICIELLE,
    "Empêchez l'envoi à l'usager tant que son identité n'est pas qualifiée.",
)  # fmt: skip
R_AVERTI = Regle(
    "MSS-INTERDIT-02", "L'utilisateur est averti que l'envoi est bloqué", REM_BIO.format("MSS/va1.19"),
    Confiance.OFFICIELLE, "Dites à l'utilisateur que l'envoi est bloqué, et pourquoi.",
)  # fmt: skip
R_REFUS_PATIENT = Regle(
    "MSS-INTERDIT-03", "Rien ne part par MSSanté patient quand le patient l'a refusé", REM_BIO.format("MSS/va1.20"),
    Confiance.OFFICIELLE, "Ne remettez aucun courriel à l'usager qui a refusé l'envoi par MSSanté patient.",
)  # fmt: skip
R_REFUS_PROFESSIONNEL = Regle(
    "MSS-INTERDIT-04", "Rien ne part par MSSanté professionnel quand le patient l'a refusé",
    REM_BIO.format("MSS/va1.22"), Confiance.OFFICIELLE,
    "Ne remettez aucun courriel aux correspondants du patient qui a refusé l'envoi par MSSanté professionnel.",
)  # fmt: skip
R_A_ANNONCER = Regle(
    "MSS-INTERDIT-07", "Rien ne part par MSSanté patient tant que le résultat reste à lui annoncer",
    "REM RIS, exigence RIS.CRI/va1.02 (travaux de concertation 2023)", Confiance.OFFICIELLE,
    "Ne remettez à l'usager aucun courriel qui porte un compte rendu dont l'annonce n'est pas faite.",
)  # fmt: skip
R_REFUS_ENREGISTRE = Regle(
    "MSS-INTERDIT-05", "Le refus du patient s'enregistre, et se retire", REM_BIO.format("MSS/va1.20 et MSS/va1.22"),
    Confiance.OFFICIELLE, "Permettez d'enregistrer le refus, ou l'accord, dans le dossier du patient.",
)  # fmt: skip
R_LISTE_JUSTE = Regle(
    "MSS-INTERDIT-06", "La liste des envois ne montre comme envoyé que ce qui est parti",
    REM_BIO.format("MSS/va1.20 et MSS/va1.22") + " ; liste donnée comme exemple de preuve", Confiance.DEDUITE,
    "Montrez à l'utilisateur l'état réel de chaque envoi.",
)  # fmt: skip


@verification(R_INS_QUALIFIEE, R_REFUS_PATIENT, R_REFUS_PROFESSIONNEL, R_A_ANNONCER)
def rien_n_est_parti(
    regle: Regle, interdits: Sequence[CourrielVu], temoins: Sequence[CourrielVu], quoi: str, recu: str = ""
) -> Constat:
    """`interdits` : courriels vus malgré tout. `temoins` : envois permis, vus après, qui closent la fenêtre."""
    if not temoins:
        return regle.sans_objet(f"{quoi} : aucun envoi permis n'a été observé ensuite, l'absence ne prouve rien")
    intrus = " ; ".join(f"courriel à {', '.join(vu.destinataires)}" for vu in interdits)
    return juger(
        regle, not interdits, f"{quoi} : un courriel est parti", attendu="aucun courriel",
        recu=f"{intrus} ; logiciel : {recu}" if intrus else f"aucun, et {len(temoins)} envoi(s) permis",
        ou=FIL, echanges=tuple(vu.numero for vu in interdits or temoins),
    )  # fmt: skip


@verification(R_AVERTI)
def blocage_dit(resultat: str, messages: Sequence[str], quoi: str) -> Constat:
    """L'action est refusée avec au moins un message à l'utilisateur."""
    dits = [message for message in messages if message.strip()]
    return juger(
        R_AVERTI, resultat == "refuse" and bool(dits), f"{quoi} : l'utilisateur n'est pas averti du blocage",
        attendu="un refus et un message à l'utilisateur",
        recu=f"{resultat} : {' ; '.join(dits) or 'aucun message'}", ou="logiciel",
    )  # fmt: skip


@verification(R_REFUS_ENREGISTRE)
def refus_enregistre(resultat: str, valeur: Any, attendu: bool, recu: str) -> Constat:
    """Le logiciel a enregistré le choix, et le redit s'il le redit."""
    return juger(
        R_REFUS_ENREGISTRE, resultat == "fait" and valeur in (None, attendu),
        "le choix du patient n'est pas enregistré", attendu="refus" if attendu else "accord",
        recu=f"{recu} ; valeur rendue : {valeur}", ou="dossier du patient",
    )  # fmt: skip


@verification(R_LISTE_JUSTE)
def liste_sans_envoi(envois: Sequence[Mapping[str, Any]], canal: str, partis: Sequence[str]) -> Constat:
    """Aucun envoi de ce canal n'est montré comme envoyé, hors ceux qui sont partis (`partis` : leurs Message-ID)."""
    faux = [
        str(envoi.get("envoi_id"))
        for envoi in envois
        if envoi.get("canal") == canal
        and envoi.get("etat") == "envoye"
        and identifiant(envoi.get("message_id")) not in {identifiant(p) for p in partis}
    ]
    return juger(
        R_LISTE_JUSTE, not faux, "un envoi qui n'est pas parti est montré comme envoyé",
        attendu="envoyés : seulement ce que l'opérateur a accepté", recu=", ".join(faux) or f"{len(envois)} envoi(s)",
        ou="liste des envois",
    )  # fmt: skip


def identifiant(brut: Any) -> str:
    """Un Message-ID sans ses chevrons, comparable."""
    return str(brut or "").strip().strip("<>").strip()
