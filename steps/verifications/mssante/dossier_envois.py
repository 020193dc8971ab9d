"""Ce qu'un envoi MSSanté doit montrer : parti, à qui il faut et à eux seuls, de lui-même ou à la demande."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from lxml import etree
from lxml import html as lecteur

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.dossier_lecture import CourrielVu, aplatir
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

FIL = "courriels acceptés par l'opérateur MSSanté"

R_AUTO_PATIENT = Regle(
    "MSS-ENVOI-01", "Un compte rendu validé part de lui-même à l'usager",
    REM_BIO.format("MSS/va1.01 et MSS/va1.35") + " ; REM RIS, exigences MSS/va1.17 et RIS.MSS/va1.29",
    Confiance.OFFICIELLE, "Envoyez le compte rendu à la BAL de l'usager dès sa validation, sans autre geste.",
)  # fmt: skip
R_AUTO_CORRESPONDANTS = Regle(
    "MSS-ENVOI-02", "Un compte rendu validé part de lui-même à chaque correspondant du dossier",
    REM_BIO.format("MSS/va1.21 et MSS/va1.32") + " ; REM RIS, exigence RIS.MSS/va1.29", Confiance.OFFICIELLE,
    "Envoyez le compte rendu à la BAL de chaque correspondant du dossier dès sa validation.",
)  # fmt: skip
R_DEMANDE = Regle(
    "MSS-ENVOI-03", "Le compte rendu choisi part à la demande de l'utilisateur",
    REM_BIO.format("MSS/va1.32, MSS/va1.33 et MSS/va1.34") + " ; REM RIS, exigence RIS.MSS/va1.31",
    Confiance.OFFICIELLE,
    "Permettez d'envoyer à la main le compte rendu choisi à l'usager ou aux correspondants du dossier.",
)  # fmt: skip
R_CHOISI = Regle(
    "MSS-ENVOI-04", "Un envoi manuel et choisi ne part pas avant que l'utilisateur le demande",
    REM_BIO.format("MSS/va1.33 et MSS/va1.34"), Confiance.OFFICIELLE,
    "Sans envoi automatique, n'envoyez un compte rendu que si l'utilisateur le demande.",
)  # fmt: skip
R_DESTINATAIRES = Regle(
    "MSS-ENVOI-05", "Un compte rendu n'est envoyé qu'à ceux à qui il est destiné",
    REM_BIO.format("MSS/va1.01, MSS/va1.21, MSS/va1.33 et MSS/va1.34"), Confiance.OFFICIELLE,
    "N'adressez le compte rendu qu'à son patient et aux correspondants de son dossier.",
)  # fmt: skip
R_UNE_FOIS = Regle(
    "MSS-ENVOI-06", "Un compte rendu n'est envoyé qu'une fois à chaque destinataire",
    "Déduction du banc : un envoi automatique n'a lieu qu'une fois par validation", Confiance.DEDUITE,
    "N'envoyez pas deux fois le même compte rendu au même destinataire.",
)  # fmt: skip
R_ECRIT = Regle(
    "MSS-ENVOI-07", "Le courriel préparé par l'utilisateur est envoyé par MSSanté",
    REM_BIO.format("MSS/va1.12, MSS/va1.15, MSS/va1.16 et MSS/va1.19"), Confiance.OFFICIELLE,
    "Remettez à l'opérateur MSSanté le courriel que l'utilisateur envoie.",
)  # fmt: skip
R_TEXTE = Regle(
    "MSS-ENVOI-08", "Le courriel envoyé porte le texte que l'utilisateur a écrit",
    REM_BIO.format("MSS/va1.11") + " : les deux parties ont le même contenu rédactionnel", Confiance.OFFICIELLE,
    "Envoyez le texte saisi, entier, dans chaque forme du corps.",
)  # fmt: skip
R_OBJET_ECRIT = Regle(
    "MSS-ENVOI-09", "Le courriel envoyé porte l'objet que l'utilisateur a écrit",
    REM_BIO.format("MSS/va1.16"), Confiance.OFFICIELLE, "Envoyez l'objet saisi, accents compris.",
)  # fmt: skip
R_USAGER = Regle(
    "MSS-ENVOI-10", "Le courriel à un usager part à l'adresse formée de son matricule INS",
    REM_BIO.format("MSS/va1.19"), Confiance.OFFICIELLE,
    "Formez l'adresse du matricule INS qualifié de 15 caractères, suivi de @patient.mssante.fr.",
)  # fmt: skip
R_REPONSE = Regle(
    "MSS-ENVOI-11", "La réponse part à l'émetteur du courriel d'origine", REM_BIO.format("MSS/va1.08"),
    Confiance.OFFICIELLE, "Adressez la réponse à l'émetteur, ou à l'adresse de réponse qu'il a donnée.",
)  # fmt: skip
R_APPLICATIVE = Regle(
    "MSS-ENVOI-13", "Un compte rendu envoyé de lui-même part de la boîte applicative",
    "REM RIS, exigence RIS.MSS/va1.29 ; REM PFI, exigence MSS/va1.17 (travaux de concertation 2023)",
    Confiance.OFFICIELLE, "Envoyez les comptes rendus validés depuis la BAL applicative de la structure.",
)  # fmt: skip
R_RECU = Regle(
    "MSS-ENVOI-14", "Un document reçu se transmet à l'usager à l'INS qualifiée, par MSSanté",
    "REM LGC, exigence MSS/va1.17 (travaux de concertation 2023)", Confiance.OFFICIELLE,
    "Envoyez à la BAL de l'usager l'archive du CDA et le PDF/A-1 du document reçu.",
)  # fmt: skip
R_RECU_SEUL = Regle(
    "MSS-ENVOI-15", "Un document reçu part à l'usager de lui-même",
    "REM LGC, scénario MSS/va1.17.01 ; déduction du banc : le document reçu est celui de ce scénario",
    Confiance.DEDUITE, "Déclenchez l'envoi à l'usager dès que le document est au dossier.",
)  # fmt: skip
R_PARTIEL = Regle(
    "MSS-ENVOI-12", "Un compte rendu partiel ne part que si un professionnel le décide",
    f"{REM_BIO.format('MSS/va1.32')} : sur action volontaire ; déduction du banc : jamais de lui-même",
    Confiance.DEDUITE, "Laissez au professionnel la décision d'envoyer un compte rendu partiel.",
)  # fmt: skip


@verification(R_AUTO_PATIENT, R_AUTO_CORRESPONDANTS, R_DEMANDE, R_RECU, R_RECU_SEUL)
def compte_rendu_arrive(
    regle: Regle, vus: Sequence[CourrielVu], destinataires: Collection[str], quoi: str, recu: str
) -> Constat:
    """Chaque destinataire a reçu un courriel dont l'archive porte le compte rendu. `vus` : ceux qui le portent."""
    if not destinataires:
        return regle.sans_objet(f"{quoi} : aucun destinataire à servir")
    servis = {adresse.lower() for vu in vus for adresse in vu.destinataires}
    manquants = [adresse for adresse in destinataires if adresse.lower() not in servis]
    return juger(
        regle, not manquants, f"{quoi} n'est pas arrivé à {len(manquants)} destinataire(s) sur {len(destinataires)}",
        attendu=f"un courriel portant {quoi} à {', '.join(destinataires)}",
        recu=f"rien pour {', '.join(manquants)} ; logiciel : {recu}" if manquants else ", ".join(sorted(servis)),
        ou=FIL, echanges=_numeros(vus),
    )  # fmt: skip


@verification(R_DESTINATAIRES)
def a_eux_seuls(vus: Sequence[CourrielVu], destinataires: Collection[str], quoi: str) -> Constat:
    """Aucune autre adresse ne reçoit ce compte rendu. Sans courriel observé, rien n'est prouvé."""
    if not vus:
        return R_DESTINATAIRES.sans_objet(f"{quoi} : aucun courriel observé")
    attendus = {adresse.lower() for adresse in destinataires}
    intrus = sorted({a.lower() for vu in vus for a in vu.destinataires} - attendus)
    return juger(
        R_DESTINATAIRES, not intrus, f"{quoi} est parti à qui il n'est pas destiné",
        attendu=", ".join(sorted(attendus)), recu=", ".join(intrus) or ", ".join(sorted(attendus)),
        ou=FIL, echanges=_numeros(vus),
    )  # fmt: skip


@verification(R_APPLICATIVE)
def boite_d_emission(vu: CourrielVu, applicatives: Collection[str], quoi: str) -> Constat:
    """Le courriel part d'une boîte applicative : celle qui s'est authentifiée, ou celle de l'enveloppe."""
    recue = (vu.bal or vu.expediteur).lower()
    return juger(
        R_APPLICATIVE, recue in {adresse.lower() for adresse in applicatives},
        f"{quoi} n'est pas parti de la boîte applicative", attendu=", ".join(applicatives), recu=recue or "inconnue",
        ou=FIL, echanges=_numeros([vu]),
    )  # fmt: skip


@verification(R_UNE_FOIS)
def une_seule_fois(vus: Sequence[CourrielVu], quoi: str) -> Constat:
    """Un destinataire n'a pas reçu deux fois ce compte rendu. À juger quand la fenêtre d'observation est close."""
    if not vus:
        return R_UNE_FOIS.sans_objet(f"{quoi} : aucun courriel observé")
    comptes = Counter(adresse.lower() for vu in vus for adresse in vu.destinataires)
    doubles = [f"{adresse} : {nombre} fois" for adresse, nombre in comptes.items() if nombre > 1]
    return juger(
        R_UNE_FOIS, not doubles, f"{quoi} est parti plusieurs fois", attendu="un envoi par destinataire",
        recu=", ".join(doubles) or f"{len(comptes)} destinataire(s), une fois chacun", ou=FIL, echanges=_numeros(vus),
    )  # fmt: skip


@verification(R_CHOISI, R_PARTIEL)
def pas_avant_la_demande(regle: Regle, vus: Sequence[CourrielVu], temoins: Sequence[CourrielVu], quoi: str) -> Constat:
    """Rien n'est parti avant la demande. `temoins` : envois demandés plus tard, qui closent la fenêtre."""
    if not temoins:
        return regle.sans_objet(f"{quoi} : aucun envoi demandé n'a été observé, l'absence ne prouve rien")
    return juger(
        regle, not vus, f"{quoi} est parti sans que l'utilisateur le demande",
        attendu="aucun envoi avant la demande", recu=_en_phrase(vus) or "aucun envoi avant la demande", ou=FIL,
        echanges=_numeros(vus) or _numeros(temoins),
    )  # fmt: skip


@verification(R_ECRIT)
def courriel_parti(
    vu: CourrielVu | None, destinataires: Collection[str], quoi: str, recu: str, *, bal: str = ""
) -> Constat:
    """Le courriel demandé est passé, à exactement ces destinataires, depuis la boîte choisie (`bal`, si elle l'est).

    `recu` : ce que le logiciel en a dit.
    """
    attendus = {adresse.lower() for adresse in destinataires}
    servis = {adresse.lower() for adresse in vu.destinataires} if vu is not None else set()
    if vu is not None and bal and bal.lower() not in (vu.bal, vu.expediteur.lower()):
        return R_ECRIT.enfreinte(
            f"{quoi} : le courriel n'est pas parti de la boîte choisie", attendu=bal,
            recu=f"{vu.expediteur}, boîte ouverte : {vu.bal or 'inconnue'}", ou=FIL, echanges=_numeros([vu]),
        )  # fmt: skip
    return juger(
        R_ECRIT, vu is not None and servis == attendus,
        f"{quoi} : {'le courriel n’est pas parti' if vu is None else 'les destinataires ne sont pas les choisis'}",
        attendu=f"un courriel à {', '.join(sorted(attendus))}",
        recu=f"{', '.join(sorted(servis)) or 'aucun courriel'} ; logiciel : {recu}",
        ou=FIL, echanges=_numeros([vu] if vu else []),
    )  # fmt: skip


@verification(R_TEXTE, R_OBJET_ECRIT)
def contenu_ecrit(vu: CourrielVu, objet: str, corps: str) -> list[Constat]:
    """L'objet et le texte saisis se relisent. `objet` vide : le logiciel le compose, il n'est pas comparé."""
    lignes = [ligne for ligne in map(aplatir, corps.splitlines()) if ligne]
    formes = {"text/plain": aplatir(vu.texte), "text/html": aplatir(_sans_balises(vu.html)) if vu.html else ""}
    presentes = {genre: texte for genre, texte in formes.items() if texte}
    manques = [f"{genre} : « {ligne} »" for genre, texte in presentes.items() for ligne in lignes if ligne not in texte]
    constats = [
        juger(
            R_TEXTE, bool(presentes) and not manques, "le texte écrit par l'utilisateur n'est pas dans le courriel",
            attendu=" / ".join(lignes),
            recu=f"absent de {' ; '.join(manques)}" if presentes else "aucun corps de texte",
            ou="corps du courriel", echanges=(vu.numero,),
        )
        if manques or not presentes
        else R_TEXTE.respectee(recu=f"lu dans {', '.join(presentes)}", ou="corps du courriel", echanges=(vu.numero,))
    ]  # fmt: skip
    if objet:
        constats.append(
            juger(
                R_OBJET_ECRIT, aplatir(objet) == aplatir(vu.objet), "l'objet envoyé n'est pas celui qui a été écrit",
                attendu=objet, recu=vu.objet or "aucun objet", ou="Subject", echanges=(vu.numero,),
            )
        )  # fmt: skip
    return constats


@verification(R_USAGER)
def adresse_de_l_usager(vu: CourrielVu, attendue: str) -> Constat:
    """L'enveloppe et l'en-tête To portent l'adresse recalculée de l'INS ; `attendue` : en minuscules."""
    entete = vu.adresses("To")
    return juger(
        R_USAGER, attendue in vu.usagers and attendue in entete, "l'adresse n'est pas celle de l'usager",
        attendu=attendue, recu=f"enveloppe : {', '.join(vu.destinataires)} ; To : {', '.join(entete) or 'absent'}",
        ou="RCPT TO et en-tête To", echanges=(vu.numero,),
    )  # fmt: skip


@verification(R_REPONSE)
def reponse_adressee(vu: CourrielVu, admises: Collection[str]) -> Constat:
    """La réponse part à l'émetteur. `admises` : son adresse, et celle de Reply-To s'il en a donné une."""
    attendues = {adresse.lower() for adresse in admises}
    servis = {adresse.lower() for adresse in vu.destinataires}
    return juger(
        R_REPONSE, bool(servis) and servis <= attendues, "la réponse n'est pas adressée à l'émetteur",
        attendu=" ou ".join(sorted(attendues)), recu=", ".join(sorted(servis)), ou="RCPT TO", echanges=(vu.numero,),
    )  # fmt: skip


def _numeros(vus: Sequence[CourrielVu]) -> tuple[int, ...]:
    return tuple(vu.numero for vu in vus if vu.numero)


def _en_phrase(vus: Sequence[CourrielVu]) -> str:
    return " ; ".join(f"courriel à {', '.join(vu.destinataires)}" for vu in vus)


def _sans_balises(html: str) -> str:
    """Le texte lisible d'un HTML : balises et entités résolues, en-tête et styles retirés."""
    try:
        racine = lecteur.document_fromstring(html.encode("utf-8"), parser=lecteur.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return html
    for nom in ("script", "style", "head"):
        for inutile in list(racine.iter(nom)):
            inutile.text = None
            for enfant in list(inutile):
                inutile.remove(enfant)
    return " ".join(str(morceau) for morceau in racine.itertext())
