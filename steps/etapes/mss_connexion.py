"""Étapes de la connexion à l'opérateur MSSanté : canal TLS, refus d'un opérateur défaillant, conduite d'un envoi."""

from __future__ import annotations

from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import re as motif

from reports.constat import Constat
from reports.verdict import Verdict
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.mss_fenetres import (
    EN_REGLE,
    Fenetre,
    courriels_montres,
    derniere,
    envois_de,
    envoyer,
    fenetres,
    relever,
    relever_les_etats,
    sessions_de,
    sessions_du_scenario,
    temoins,
)
from steps.verifications.mssante import authentification, conduite, connexion, enveloppe, reception
from steps.verifications.mssante.dialogue import IMAP, SMTP
from steps.verifications.mssante.revocation import (
    Moyen,
    connexion_sans_crl_courante,
    moyen_de_controle,
    moyens,
    revoque_refuse_sans_crl,
)
from steps.verifications.mssante.tls_client import (
    CAS,
    VERSION_UNIQUE,
    acceptees,
    operateur_accepte,
    operateur_refuse,
)

_QUI = r"(?P<qui>le professionnel|un autre professionnel)"
_SENS = r"(?P<sens>envoi|relève)"
_PROTOCOLES = {"envoi": SMTP, "relève": IMAP}

SEUL_1_2, SEUL_1_3 = "limité à TLS 1.2", "limité à TLS 1.3"
OCSP_MUET = "dont l'OCSP ne répond plus"
SANS_CRL = "dont ni la CRL ni l'OCSP ne répondent plus"
CRL_EXPIREE = "dont la CRL publiée est périmée et l'OCSP muet"
REVOQUE_SANS_CRL = "au certificat révoqué, alors que ni la CRL ni l'OCSP ne répondent plus"
_INDIFFERENTS: dict[str, tuple[str, ...]] = {
    EN_REGLE: (),
    SEUL_1_2: ("tls_1_2",),
    SEUL_1_3: ("tls_1_3",),
    OCSP_MUET: ("ocsp_muet",),
    SANS_CRL: ("ocsp_muet", "crl_indisponible"),
    CRL_EXPIREE: ("ocsp_muet", "crl_expiree"),
    REVOQUE_SANS_CRL: ("ocsp_muet", "crl_indisponible", "certificat_revoque_crl"),
}
_PUBLICATION = ("ocsp_muet", "crl_indisponible", "crl_expiree")
_SMTP_SEULEMENT = {
    "qui refuse définitivement le destinataire": "destinataire_inconnu",
    "qui refuse pour un temps le destinataire": "refus_temporaire",
    "qui coupe la connexion avant de répondre": "coupure_avant_reponse",
}
_PETITS = "qui n'admet que de petits messages"
_UNE_FOIS = ("refus_temporaire", "coupure_avant_reponse")


def _pannes(cas: str, protocole: str) -> list[tuple[str, dict[str, Any]]]:
    """Pannes qui jouent cet opérateur, sur ce seul protocole quand elles le permettent."""
    if cas in _SMTP_SEULEMENT:
        nom = _SMTP_SEULEMENT[cas]
        return [(nom, {"fois": 1} if nom in _UNE_FOIS else {})]
    if cas == _PETITS:
        return [("message_trop_gros", {"taille": 300})]
    if cas not in CAS and cas not in _INDIFFERENTS:
        raise vocabulaire.PhraseInconnue(f"opérateur inconnu dans la feature : {cas!r}")
    noms = (CAS[cas].panne,) if cas in CAS else _INDIFFERENTS[cas]
    return [(nom, {} if nom in _PUBLICATION else {"protocole": protocole}) for nom in noms]


# ---------------------------------------------------------------------- agir
@when(motif(rf"{_QUI} envoie un courriel par MSSanté$"))
def envoi_simple(essai: Essai, qui: str) -> None:
    envoyer(essai, vocabulaire.role(qui))


@when(motif(rf"{_QUI} relève sa boîte MSSanté$"))
def releve_simple(essai: Essai, qui: str) -> None:
    relever(essai, vocabulaire.role(qui))


@when(motif(rf"{_QUI} envoie un courriel par un opérateur (?P<cas>.+)$"))
def envoi_face_a(essai: Essai, qui: str, cas: str) -> None:
    envoyer(essai, vocabulaire.role(qui), cas, _pannes(cas, SMTP))


@when(motif(rf"{_QUI} relève sa boîte chez un opérateur (?P<cas>.+)$"))
def releve_face_a(essai: Essai, qui: str, cas: str) -> None:
    relever(essai, vocabulaire.role(qui), cas, _pannes(cas, IMAP))


# ------------------------------------------------------------- opérateur jugé
@then(motif(rf"l'opérateur en règle est accepté en {_SENS}$"))
def en_regle_accepte(essai: Essai, sens: str) -> None:
    """Contrôle positif : sans lui, aucun refus ne se lit."""
    protocole = _PROTOCOLES[sens]
    fenetre = derniere(essai, protocole, EN_REGLE)
    if not acceptees(sessions_de(essai, fenetre), protocole):
        dit = fenetre.reponse.en_phrase() if fenetre.reponse else "aucune action"
        raise NonConcluant(f"mise en place : aucune connexion en {sens} à l'opérateur en règle n'a abouti ({dit})")


@then(motif(rf"l'opérateur (?P<cas>.+) est refusé en {_SENS}, et rien ne lui est confié$"))
def refuse(essai: Essai, cas: str, sens: str) -> None:
    _juger_refus(essai, cas, sens)


@then(motif(rf"l'opérateur (?P<cas>.+) est refusé en {_SENS}, seul TLS 1\.2 étant admis$"))
def refuse_hors_1_2(essai: Essai, cas: str, sens: str) -> None:
    _juger_refus(essai, cas, sens, regle=VERSION_UNIQUE)


def _juger_refus(essai: Essai, cas: str, sens: str, **choix: Any) -> None:
    protocole = _PROTOCOLES[sens]
    fenetre = derniere(essai, protocole, cas)
    face = sessions_de(essai, fenetre)
    essai.bilan.constater(operateur_refuse(CAS[cas], protocole, face, temoins(essai), **choix))


@then(motif(rf"l'opérateur limité à TLS 1\.2 est accepté en {_SENS}$"))
def accepte_1_2(essai: Essai, sens: str) -> None:
    protocole = _PROTOCOLES[sens]
    face = sessions_de(essai, derniere(essai, protocole, SEUL_1_2))
    essai.bilan.constater(operateur_accepte(protocole, face))


@then(motif(rf"l'emploi de TLS 1\.3 en {_SENS} est relevé$"))
def faculte_1_3(essai: Essai, sens: str) -> None:
    face = sessions_de(essai, derniere(essai, _PROTOCOLES[sens], SEUL_1_3))
    essai.bilan.constater(connexion.version_plus_recente(face))


# --------------------------------------------------------------------- canal
@then(motif(r"rien n'a circulé hors du canal TLS(?: en (?P<sens>envoi|relève))?$"))
def canal(essai: Essai, sens: str | None) -> None:
    """Toutes les connexions du scénario, ou celles d'un protocole, quel que soit l'opérateur."""
    voulus = (_PROTOCOLES[sens],) if sens else (SMTP, IMAP)
    vues = [s for s in sessions_du_scenario(essai) if s.protocole in voulus]
    essai.bilan.constater(connexion.rien_en_clair(vues))


@then("chaque connexion est en TLS 1.2 au moins")
def version(essai: Essai) -> None:
    essai.bilan.constater(connexion.version_negociee(sessions_du_scenario(essai)))


@then("chaque connexion est en TLS 1.2, à l'exclusion de toute autre version")
def version_unique(essai: Essai) -> None:
    """Un opérateur limité à TLS 1.3 doit avoir été rencontré : sans lui, rien ne montre l'exclusion."""
    for protocole in (SMTP, IMAP):
        rencontres = sessions_de(essai, derniere(essai, protocole, SEUL_1_3))
        if not any(s.starttls for s in rencontres):
            raise NonConcluant(f"aucune poignée {protocole.upper()} n'a été tentée face à l'opérateur limité à TLS 1.3")
    essai.bilan.constater(connexion.tls_1_2_seul(sessions_du_scenario(essai)))


@then("la suite et l'échange de clés de chaque connexion sont admis")
def suite(essai: Essai) -> None:
    """Toutes les connexions du scénario ; groupe et offre ne sont jugés que là où l'opérateur a pu les relever."""
    vues = sessions_du_scenario(essai)
    essai.bilan.constater(connexion.suite_negociee(vues))
    _constater_si_jugeable(essai, connexion.groupe_negocie(vues), connexion.offre_du_client(vues))


# ------------------------------------------------------------------- envois
@then("le courriel est remis à l'opérateur, dans les règles de SMTP")
def remis(essai: Essai) -> None:
    """Les envois à l'opérateur en règle qui n'ont pas encore été jugés."""
    nouvelles = _a_juger(essai, SMTP)
    for fenetre in nouvelles:
        smtp = [s for s in sessions_de(essai, fenetre) if s.protocole == SMTP]
        essai.bilan.constater(enveloppe.achemine(envois_de(essai, fenetre), [fenetre.destinataire], smtp))
        _constater_si_jugeable(essai, authentification.boite_choisie(smtp, fenetre.adresse))
    vues = [s for f in nouvelles for s in sessions_de(essai, f)]
    envois = [t for s in vues for t in s.transactions]
    types = {adresse: bal.type for adresse, bal in essai.banc.mssante.etat.bals.items()}
    _constater_si_jugeable(
        essai,
        enveloppe.expediteur_identifie(envois),
        enveloppe.destinataires_de_l_enveloppe(envois),
        enveloppe.taille_annoncee(vues),
        conduite.fin_par_quit(sessions_du_scenario(essai)),
        *authentification.mecanismes_admis([s for s in vues if s.protocole == SMTP], types),
    )


@then("le refus définitif n'est ni répété ni montré comme un envoi")
def refus_definitif(essai: Essai) -> None:
    fenetre = derniere(essai, SMTP, "qui refuse définitivement le destinataire")
    etats = relever_les_etats(essai, fenetre)
    envois = _jusqu_a_maintenant(essai, fenetre)
    essai.bilan.constater(conduite.pas_de_boucle(envois))
    _constater_si_jugeable(essai, conduite.refus_montre(envois, etats))


@then("le courriel trop gros n'est ni transmis malgré la limite annoncée ni montré comme un envoi")
def trop_gros(essai: Essai) -> None:
    """Un logiciel peut s'en apercevoir de lui-même et ne rien envoyer : seul son écran parle alors."""
    fenetre = derniere(essai, SMTP, _PETITS)
    etats = relever_les_etats(essai, fenetre)
    vues = [s for s in sessions_de(essai, fenetre) if s.protocole == SMTP]
    if not acceptees(vues, SMTP):
        raise NonConcluant("aucune connexion SMTP n'a rencontré l'opérateur qui n'admet que de petits messages")
    envois = envois_de(essai, fenetre)
    _constater_si_jugeable(essai, enveloppe.taille_annoncee(vues), conduite.refus_montre(envois, etats))
    if not envois:
        essai.bilan.constater(conduite.non_transmis_montre(etats))


@then("le refus temporaire est repris, ou montré en attente")
def refus_temporaire(essai: Essai) -> None:
    """Le logiciel choisit quand reprendre : ouvrir la liste des envois peut suffire, attendre aussi."""
    fenetre = derniere(essai, SMTP, "qui refuse pour un temps le destinataire")
    etats = relever_les_etats(essai, fenetre)
    essai.bilan.constater(conduite.reprise_apres_refus_temporaire(_jusqu_a_maintenant(essai, fenetre), etats))


@then("le courriel coupé n'arrive pas deux fois")
def coupure(essai: Essai) -> None:
    fenetre = derniere(essai, SMTP, "qui coupe la connexion avant de répondre")
    relever_les_etats(essai, fenetre)
    essai.bilan.constater(conduite.une_seule_remise(_jusqu_a_maintenant(essai, fenetre)))


def _jusqu_a_maintenant(essai: Essai, fenetre: Fenetre) -> list[Any]:
    """Les envois de cette fenêtre, reprises plus tardives comprises."""
    fenetre.jusque = essai.journal.position()
    return envois_de(essai, fenetre)


# ------------------------------------------------------------------- relèves
@then("la boîte est relevée dans les règles d'IMAP")
def relevee(essai: Essai) -> None:
    nouvelles = _a_juger(essai, IMAP)
    for fenetre in nouvelles:
        vues = sessions_de(essai, fenetre)
        montres = courriels_montres(fenetre)
        essai.bilan.constater(
            reception.releve_effective(vues, fenetre.adresse, fenetre.message_id, montres, fenetre.objet)
        )
    vues = [s for f in nouvelles for s in sessions_de(essai, f)]
    types = {adresse: bal.type for adresse, bal in essai.banc.mssante.etat.bals.items()}
    _constater_si_jugeable(
        essai,
        authentification.login_interdit(sessions_du_scenario(essai)),
        *authentification.mecanismes_admis([s for s in vues if s.protocole == IMAP], types),
        reception.sans_marquer_lu(vues),
        reception.sans_rafale(vues),
        reception.commandes_comprises(vues),
    )


# ---------------------------------------------------------------- révocation
@then("la façon dont le logiciel contrôle la révocation est relevée")
def moyen_releve(essai: Essai) -> None:
    """Une CRL obtenue plus tôt dans la campagne peut encore servir : tout le journal compte."""
    essai.bilan.constater(moyen_de_controle(essai.journal.echanges(service="igc")))


@then(motif(rf"la dernière CRL permet la connexion en {_SENS} à l'opérateur (?P<cas>.+)$"))
def crl_gardee(essai: Essai, sens: str, cas: str) -> None:
    protocole = _PROTOCOLES[sens]
    face = sessions_de(essai, derniere(essai, protocole, cas))
    reference = sessions_de(essai, derniere(essai, protocole, OCSP_MUET))
    circonstance = "la CRL publiée est périmée" if cas == CRL_EXPIREE else "le serveur de CRL ne répond plus"
    essai.bilan.constater(connexion_sans_crl_courante(protocole, face, reference, _moyens(essai), circonstance))


@then(motif(rf"la dernière CRL fait refuser en {_SENS} l'opérateur au certificat révoqué$"))
def crl_employee(essai: Essai, sens: str) -> None:
    protocole = _PROTOCOLES[sens]
    face = sessions_de(essai, derniere(essai, protocole, REVOQUE_SANS_CRL))
    reference = sessions_de(essai, derniere(essai, protocole, SANS_CRL))
    essai.bilan.constater(revoque_refuse_sans_crl(protocole, face, reference, _moyens(essai)))


def _moyens(essai: Essai) -> frozenset[Moyen]:
    return moyens(essai.journal.echanges(service="igc"))


# -------------------------------------------------------------------- commun
def _a_juger(essai: Essai, protocole: str) -> list[Fenetre]:
    """Les fenêtres de ce protocole face à l'opérateur en règle, chacune rendue une fois."""
    toutes = [f for f in fenetres(essai) if (f.protocole, f.cas) == (protocole, EN_REGLE)]
    deja = int(essai.releves.get(f"fenêtres jugées {protocole}", 0))
    essai.releves[f"fenêtres jugées {protocole}"] = len(toutes)
    if len(toutes) == deja:
        raise NonConcluant(f"aucune action en {protocole.upper()} face à l'opérateur en règle")
    return toutes[deja:]


def _constater_si_jugeable(essai: Essai, *constats: Constat) -> None:
    """Des règles d'appoint : sans rien à examiner, elles se taisent ; le verdict a ses propres règles."""
    essai.bilan.constater([c for c in constats if c.verdict is not Verdict.NON_CONCLUANT])
