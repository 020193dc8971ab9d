"""Courriels dont les en-têtes X-MSS mentent, manquent ou s'écrivent mal."""

from __future__ import annotations

from simulators.mssante.courriels.catalogue import matiere
from simulators.mssante.courriels.composition import Courriel, Envoi, Transmission
from simulators.mssante.courriels.documents import pro_texte
from simulators.mssante.courriels.modele import BIOLOGIE, LETTRE


def _avec(envoi: Envoi, entetes: dict[str, str | None]) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE)], entetes=entetes).courriel()


@matiere("xmss_codecda_faux", "X-MSS-CODECDA n'est pas le code du CDA joint.", conforme=False)
def codecda_faux(envoi: Envoi) -> Courriel:
    return _avec(envoi, {"X-MSS-CODECDA": LETTRE.code})


@matiere("xmss_codecda_partiel", "Deux CDA joints, un seul code dans X-MSS-CODECDA.", conforme=False)
def codecda_partiel(envoi: Envoi) -> Courriel:
    documents = [envoi.document(BIOLOGIE, "/a"), envoi.document(LETTRE, "/b")]
    return Transmission(envoi, documents, entetes={"X-MSS-CODECDA": BIOLOGIE.code}).courriel()


@matiere("xmss_codecda_absent", "CDA joint, sans X-MSS-CODECDA.", conforme=False)
def codecda_absent(envoi: Envoi) -> Courriel:
    return _avec(envoi, {"X-MSS-CODECDA": None})


@matiere("xmss_codecda_sans_document", "X-MSS-CODECDA et X-MSS-INS sans aucun document.", conforme=False)
def codecda_sans_document(envoi: Envoi) -> Courriel:
    entetes: dict[str, str | None] = {"X-MSS-CODECDA": BIOLOGIE.code, "X-MSS-INS": "O"}
    return Transmission(envoi, objet="Sans document", entetes=entetes).courriel()


@matiere("xmss_ins_fausse", "X-MSS-INS dit N, l'INS du CDA est qualifiée.", conforme=False)
def ins_fausse(envoi: Envoi) -> Courriel:
    return _avec(envoi, {"X-MSS-INS": "N"})


@matiere("xmss_ins_fausse_oui", "X-MSS-INS dit O, le CDA ne porte pas d'INS.", conforme=False)
def ins_fausse_oui(envoi: Envoi) -> Courriel:
    document = envoi.document(BIOLOGIE, qualifiee=False)
    return Transmission(envoi, [document], qualifiee=False, entetes={"X-MSS-INS": "O"}).courriel()


@matiere("xmss_ins_absente", "CDA joint, sans X-MSS-INS.", conforme=False)
def ins_absente(envoi: Envoi) -> Courriel:
    return _avec(envoi, {"X-MSS-INS": None})


@matiere("xmss_ins_mot", "X-MSS-INS vaut OUI au lieu de O.", conforme=False)
def ins_mot(envoi: Envoi) -> Courriel:
    return _avec(envoi, {"X-MSS-INS": "OUI"})


@matiere("xmss_nil_absent", "Aucun X-MSS-NIL.", conforme=False)
def nil_absent(envoi: Envoi) -> Courriel:
    return _avec(envoi, {"X-MSS-NIL": None})


@matiere("xmss_nil_vide", "X-MSS-NIL vide.", conforme=False)
def nil_vide(envoi: Envoi) -> Courriel:
    return _avec(envoi, {"X-MSS-NIL": ""})


@matiere("xmss_soulignes", "Les en-têtes X-MSS écrits avec des soulignés.", conforme=False)
def soulignes(envoi: Envoi) -> Courriel:
    faux: dict[str, str | None] = {"X_MSS_CODECDA": BIOLOGIE.code, "X_MSS_INS": "O", "X_MSS_NIL": envoi.nil}
    absents = dict.fromkeys(("X-MSS-CODECDA", "X-MSS-INS", "X-MSS-NIL"))
    return _avec(envoi, {**absents, **faux})


@matiere("xmss_casse", "Noms des en-têtes X-MSS en minuscules : la casse d'un nom d'en-tête est libre.")
def casse(envoi: Envoi) -> Courriel:
    justes: dict[str, str | None] = {"x-mss-codecda": BIOLOGIE.code, "x-mss-ins": "O", "x-mss-nil": envoi.nil}
    absents = dict.fromkeys(("X-MSS-CODECDA", "X-MSS-INS", "X-MSS-NIL"))
    return _avec(envoi, {**absents, **justes})


@matiere("xmss_doubles", "X-MSS-INS écrit deux fois, avec deux valeurs.", conforme=False)
def doubles(envoi: Envoi) -> Courriel:
    return _avec(envoi, {"x-mss-ins": "N"})


@matiere("xmss_mes_pro", "X-MSS-MES sur un courriel entre professionnels.", conforme=False)
def mes_pro(envoi: Envoi) -> Courriel:
    return _avec(envoi, {"X-MSS-MES": "FIN"})


@matiere("xmss_inconnu", "Un en-tête X-MSS que personne ne connaît : à ignorer.")
def inconnu(envoi: Envoi) -> Courriel:
    courriel = pro_texte(envoi)
    return Transmission(envoi, objet=courriel.objet, entetes={"X-MSS-AUTRE": "1"}).courriel()
