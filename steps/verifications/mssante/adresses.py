"""Les boîtes d'usagers en destinataires : construites de l'INS qualifiée, celle des documents, une seule."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda import cle_juste
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.patient import FICTIFS_PUBLIES
from steps.verifications.mssante.archive import tous_les_cdas
from steps.verifications.mssante.contenus import matricule, traits_absents
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel, est_usager
from steps.verifications.mssante.portee import sans_contexte
from steps.verifications.registre import verification

_REF = "MSSanté référentiel #2"
_VA1_19 = f"REM BIO, exigence MSS/va1.19 ; {_REF}, ECO.2.2.6"

FORME = Regle(
    "MSS-ADR-01", "L'adresse d'un usager est un matricule INS de 15 caractères à la clé juste",
    "ANS, Mon espace santé, messagerie (matriculeINS@patient.mssante.fr)", Confiance.DOCUMENTEE,
    "Écrire les 13 caractères du matricule et sa clé, sans séparateur, devant @patient.mssante.fr.",
)  # fmt: skip
DES_DOCUMENTS = Regle(
    "MSS-ADR-02", "L'adresse de l'usager est l'INS de ses documents", _VA1_19, Confiance.OFFICIELLE,
    "Construire l'adresse à partir du matricule INS du dossier dont viennent les documents.",
)  # fmt: skip
QUALIFIEE = Regle(
    "MSS-ADR-03", "Un courriel ne part vers un usager que si son INS est qualifiée", _VA1_19, Confiance.OFFICIELLE,
    "Bloquer l'envoi tant que l'identité n'est pas qualifiée, et le dire à l'utilisateur.",
)  # fmt: skip
UN_SEUL = Regle(
    "MSS-ADR-04", "Un courriel ne va qu'à un usager", f"REM BIO, exigence MSS/CONF.23 ; {_REF}, ECO.2.1.1",
    Confiance.OFFICIELLE, "Envoyer un courriel par usager.",
)  # fmt: skip


def usagers(courriel: Courriel, contexte: ContexteCourriel) -> list[str]:
    """Adresses d'usagers des en-têtes et de l'enveloppe, en minuscules, sans doublon."""
    toutes = [*(adresse.adresse for adresse in courriel.destinataires), *(contexte.destinataires or ())]
    return list(dict.fromkeys(adresse.lower() for adresse in toutes if est_usager(adresse)))


@verification(FORME, DES_DOCUMENTS, QUALIFIEE, UN_SEUL)
def adresses_d_usagers(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Juge les boîtes d'usagers destinataires ; rien s'il n'y en a pas."""
    boites = usagers(courriel, contexte)
    if not boites:
        return []
    ou, echanges = _ou(courriel), contexte.echanges
    constats = [
        juger(
            UN_SEUL, len(boites) == 1, "Le courriel va à plusieurs usagers.", attendu="un usager",
            recu=", ".join(boites[:5]), ou=ou, echanges=echanges,
        ),
        _forme(boites, ou, echanges),
    ]  # fmt: skip
    constats += _des_documents(courriel, contexte, boites, ou)
    if contexte.ins_qualifiee is None:
        return [*constats, sans_contexte(QUALIFIEE, "le statut de l'identité de l'usager à l'envoi", echanges)]
    constats.append(
        juger(
            QUALIFIEE, contexte.ins_qualifiee, "Un courriel est parti vers un usager dont l'INS n'est pas qualifiée.",
            attendu="aucun envoi", recu=f"envoi à {boites[0]}", ou=ou, echanges=echanges,
        )
    )  # fmt: skip
    return constats


def _forme(boites: list[str], ou: str, echanges: tuple[int, ...]) -> Constat:
    locales = [boite.partition("@")[0].upper() for boite in boites]
    fausses = [locale for locale in locales if not cle_juste(locale)]
    if fausses and all(locale in FICTIFS_PUBLIES for locale in fausses):
        message = "Le matricule est celui d'un patient fictif de l'ANS, dont la clé publiée est fausse."
        return FORME.signalee(message, attendu="une clé juste", recu=", ".join(fausses), ou=ou, echanges=echanges)
    return juger(
        FORME, not fausses, "L'adresse d'un usager n'est pas un matricule INS.",
        attendu="13 caractères et une clé de 2 chiffres juste", recu=", ".join(fausses or locales)[:200], ou=ou,
        echanges=echanges,
    )  # fmt: skip


def _des_documents(courriel: Courriel, contexte: ContexteCourriel, boites: list[str], ou: str) -> list[Constat]:
    """L'adresse contre l'INS des documents, à défaut celle de l'usager que donne le contexte."""
    lus = [cda.entete for cda in tous_les_cdas(courriel) if cda.entete is not None]
    attendus = {matricule(cda) for cda in lus} - {""}
    if not attendus and contexte.patient is not None and contexte.patient.matricule_ins:
        attendus = {contexte.patient.matricule_ins}
    recu = ", ".join(boites[:3])
    if not attendus:
        if not lus:
            return [sans_contexte(DES_DOCUMENTS, "l'INS de l'usager concerné", contexte.echanges)]
        message = "Un courriel va à un usager, et ses documents ne portent aucune INS à laquelle comparer l'adresse."
        return [DES_DOCUMENTS.a_regarder(message, recu=recu, ou=ou, echanges=contexte.echanges)]
    if lus and all(traits_absents(cda) for cda in lus):
        # Une dérogation au référentiel a laissé partir de tels messages ; rien ne dit qu'elle ait cessé.
        message = "L'adresse de l'usager ne vient pas d'une INS qualifiée : les documents n'en portent pas les traits."
        manque = ", ".join(traits_absents(lus[0]))
        return [
            DES_DOCUMENTS.a_regarder(message, recu=f"{recu} ; absents : {manque}", ou=ou, echanges=contexte.echanges)
        ]
    juste = all(boite.partition("@")[0].upper() in attendus for boite in boites)
    return [
        juger(
            DES_DOCUMENTS, juste, "L'adresse de l'usager n'est pas l'INS de ses documents.",
            attendu=", ".join(f"{m}@…" for m in sorted(attendus)), recu=recu, ou=ou, echanges=contexte.echanges,
        )
    ]  # fmt: skip


def _ou(courriel: Courriel) -> str:
    for nom in ("To", "Cc", "Bcc"):
        if any(est_usager(adresse.adresse) for adresse in courriel.adresses(nom)):
            entete = courriel.entete(nom)
            return entete.ou if entete is not None else nom
    return "enveloppe"
