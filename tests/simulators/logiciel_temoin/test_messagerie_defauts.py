"""Chaque défaut de messagerie change ce qu'il dit changer : le courriel n'est plus le même, ou la conduite."""

from __future__ import annotations

import email
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulators.logiciel_temoin import pdfa
from simulators.logiciel_temoin.messagerie_connexion import ErreurConnexion
from simulators.logiciel_temoin.messagerie_reponses import Reponse
from simulators.logiciel_temoin.mutations_mss import CONDUITE, ENTETES, MENTION, METADONNEES
from tests.simulators.logiciel_temoin.operateur import ANALYSES, APP, CONFRERE, MATRICULE, MEDECIN, PER, USAGER, Poste
from tests.simulators.logiciel_temoin.test_messagerie_reception import courriel, distribution, lecture

VARIABLE = re.compile(
    rb"(?i)<[0-9a-f]{32}@|=_[0-9a-f]{32}|urn:uuid:[0-9a-f-]{36}|2\.25\.\d+|20\d{6,12}|\d\d:\d\d:\d\d"
    rb"|Date: [^\r\n]*|'Date', '[^']*'|name=\"(?:hash|size)\".*?</rim:Slot>",
    re.DOTALL,
)


def jouer(poste: Poste) -> None:
    """Une journée de laboratoire : réponses, documents, patients, suppression."""
    poste.automatiser()
    poste.correspondant()
    poste.correspondant(CONFRERE, "CONFRERE")
    jour = "2025-09-12T09:30:00+02:00"
    premier = poste.valider(date_acte=jour)
    second = poste.valider(date_acte=jour, niveau="N1", remplace=premier)
    poste.ecrire(documents=[premier, second], copies_cachees=[APP], accuse_distribution=True, accuse_lecture=True)
    poste.ecrire(objet="Été", corps="<p>Été</p>", mise_en_forme=True)
    poste.ecrire(patient_id=poste.patient, a_usager=True, destinataires=[], sans_reponse=True)
    poste.ecrire(patient_id=poste.patient, a_usager=True, destinataires=[])
    poste.operateur.deposer(PER, courriel(entetes="References: <a@b>\n"))
    lu = poste.fait("relever_boite", adresse=PER)["courriels"][0]
    poste.fait("repondre_courriel", courriel_id=lu["courriel_id"], corps="Merci")
    sans_ins = poste.creer_patient(matricule="", statut="PROV", nom_naissance="AUTRE")
    document = poste.fait(
        "valider_compte_rendu", patient_id=sans_ins, statut_cr="complet", analyses=ANALYSES, date_acte=jour
    )["document"]["document_id"]
    poste.ecrire(documents=[document])
    poste.fait("supprimer_compte_rendu", patient_id=poste.patient, document_id=second)


def empreintes(poste: Poste) -> list[bytes]:
    """Chaque message, ce qui change d'une fois à l'autre mis à part : en-têtes, textes, pièces, métadonnées."""
    vus = []
    for remis in poste.remis:
        lu = remis.octets.partition(b"\r\n\r\n")[0]
        for partie in email.message_from_bytes(remis.octets).walk():
            lu += str(partie.items()[-3:]).encode()
            charge = partie.get_payload(decode=True)
            if isinstance(charge, bytes) and charge.startswith(b"PK"):
                with zipfile.ZipFile(io.BytesIO(charge)) as fichier:
                    lu += fichier.read("IHE_XDM/SUBSET01/METADATA.XML")
            elif isinstance(charge, bytes) and partie.get_content_maintype() == "text":
                lu += charge
        vus.append(VARIABLE.sub(b"", lu))
    return vus


@pytest.fixture(scope="module")
def temoin(environnement: Path) -> list[bytes]:
    """Deux journées conformes sont identiques : sans cela, comparer ne dirait rien."""
    postes = [Poste(environnement), Poste(environnement)]
    for poste in postes:
        jouer(poste)
    assert empreintes(postes[0]) == empreintes(postes[1])
    return empreintes(postes[0])


HORS_COMPARAISON = {"mss_date_absente", "mss_date_iso", "mss_metadata_hash_faux", "mss_metadata_taille_fausse"}


@pytest.mark.parametrize("nom", sorted({*ENTETES, *MENTION, *METADONNEES} - HORS_COMPARAISON))
def test_mutation(nom: str, environnement: Path, temoin: list[bytes]) -> None:
    """Le défaut change au moins un message, et n'en ajoute ni n'en retire."""
    poste = Poste(environnement, nom)
    jouer(poste)
    change = empreintes(poste)
    assert len(change) == len(temoin)
    assert change != temoin


@pytest.mark.parametrize(
    ("nom", "motif"),
    [
        ("mss_date_absente", rb"\A(?!.*\r\nDate: )(?!Date: )"),
        ("mss_date_iso", rb"(?m)^Date: 2026-01-05T"),
    ],
)
def test_date(nom: str, motif: bytes, environnement: Path) -> None:
    """La date, hors de la comparaison parce qu'elle change toujours."""
    poste = Poste(environnement, nom)
    poste.ecrire()
    assert re.search(motif, poste.remis[0].octets, re.S)


@pytest.mark.parametrize("nom", ["mss_metadata_hash_faux", "mss_metadata_taille_fausse"])
def test_empreinte_fausse(nom: str, environnement: Path) -> None:
    """Condensat et taille ne sont plus ceux du document."""
    poste = Poste(environnement, nom)
    poste.ecrire(documents=[poste.valider()])
    charge = next(
        p.get_payload(decode=True)
        for p in email.message_from_bytes(poste.remis[0].octets).walk()
        if p.get_filename() == "IHE_XDM.zip"
    )
    assert isinstance(charge, bytes)
    with zipfile.ZipFile(io.BytesIO(charge)) as fichier:
        metadonnees = fichier.read("IHE_XDM/SUBSET01/METADATA.XML")
        taille = len(fichier.read("IHE_XDM/SUBSET01/DOC0001.XML"))
    attendu = b">1%d<" % taille if nom == "mss_metadata_taille_fausse" else b">" + b"0" * 40 + b"<"
    assert attendu in metadonnees


def noms_joints(poste: Poste) -> list[str]:
    message = email.message_from_bytes(poste.remis[-1].octets)
    return [str(p.get_filename()) for p in message.walk() if p.get_filename()]


def documents_archives(poste: Poste) -> int:
    charge = next(
        p.get_payload(decode=True)
        for p in email.message_from_bytes(poste.remis[-1].octets).walk()
        if p.get_content_type() == "application/zip"
    )
    assert isinstance(charge, bytes)
    with zipfile.ZipFile(io.BytesIO(charge)) as fichier:
        return sum(nom.startswith("IHE_XDM/SUBSET01/DOC") for nom in fichier.namelist())


def _pdf(poste: Poste) -> bytes:
    message = email.message_from_bytes(poste.remis[-1].octets)
    charge = next(p.get_payload(decode=True) for p in message.walk() if p.get_content_type() == "application/pdf")
    assert isinstance(charge, bytes)
    return charge


def _joindre(poste: Poste) -> None:
    autre = poste.creer_patient(matricule="", nom_naissance="AUTRE")
    poste.fait("valider_compte_rendu", patient_id=autre, statut_cr="complet", analyses=ANALYSES)
    poste.valider()
    poste.ecrire(documents=[poste.valider()])


def _pdf_du_cda(poste: Poste) -> bool:
    from simulators.logiciel_temoin.cda_lecture import copie_pdf

    derniers = [d for d in poste.labo.base.documents.values() if d.cda]
    return copie_pdf(derniers[-1].cda) == _pdf(poste)


PIECES: dict[str, Callable[[Poste], bool]] = {
    "mss_sans_pdf": lambda p: noms_joints(p) == ["IHE_XDM.zip"],
    "mss_sans_archive": lambda p: len(noms_joints(p)) == 1,
    "mss_pdf_nom_faux": lambda p: noms_joints(p)[1].startswith("D0"),
    "mss_pdf_non_a1": lambda p: not pdfa.est_declare(_pdf(p)),
    "mss_pdf_different": lambda p: not _pdf_du_cda(p),
    "mss_archive_mal_nommee": lambda p: noms_joints(p)[0] == "documents.zip",
    "mss_archive_type_faux": lambda p: b"Content-Type: application/octet-stream" in p.remis[-1].octets,
    "mss_deux_patients": lambda p: documents_archives(p) == 2,
    "mss_document_en_trop": lambda p: documents_archives(p) == 2,
    "mss_sujet_sans_prefixe": lambda p: b"Subject: CR d'" in p.remis[-1].octets,
    "mss_sujet_nom_accentue": lambda p: b"Subject: =?utf-8?" in p.remis[-1].octets,
    "mss_sujet_prenom_absent": lambda p: b" ZOE 03/" not in p.remis[-1].octets,
    "mss_sujet_libelle_long": lambda p: b"du laboratoire" in p.remis[-1].octets or b"=?utf-8?" in p.remis[-1].octets,
    "mss_sujet_autre_patient": lambda p: b"AUTREPERSONNE" in p.remis[-1].octets,
}


@pytest.mark.parametrize("nom", sorted(PIECES))
def test_pieces(nom: str, environnement: Path) -> None:
    """Défauts des pièces et de l'objet ; le logiciel conforme n'a aucun de ces traits."""
    conforme, fautif = Poste(environnement), Poste(environnement, nom)
    for poste in (conforme, fautif):
        _joindre(poste)
    assert (PIECES[nom](conforme), PIECES[nom](fautif)) == (False, True)


def _ecrire(poste: Poste, **parametres: Any) -> bytes:
    poste.ecrire(**parametres)
    return poste.remis[-1].octets


def _opposition(poste: Poste, canal: str, *, levee: bool = False) -> list[str]:
    poste.automatiser()
    poste.correspondant()
    for refus in (True, False) if levee else (True,):
        poste.fait("enregistrer_opposition_mss", patient_id=poste.patient, canal=canal, opposition=refus)
    poste.valider()
    return [a for r in poste.remis for a in r.destinataires]


def _auto(poste: Poste, **parametres: Any) -> list[str]:
    poste.automatiser()
    poste.correspondant()
    poste.correspondant(CONFRERE, "CONFRERE")
    poste.valider(**parametres)
    return [a for r in poste.remis for a in r.destinataires]


def _complet(poste: Poste) -> list[str]:
    partiel = _auto(poste, statut_cr="partiel")
    identifiant = next(iter(poste.labo.base.documents))
    poste.valider(remplace=identifiant)
    return [a for r in poste.remis for a in r.destinataires][len(partiel) :]


def _non_qualifie(poste: Poste) -> Any:
    poste.patient = poste.creer_patient(statut="RECUP")
    return poste.ecrire(patient_id=poste.patient, a_usager=True, destinataires=[])


def _supprimer(poste: Poste) -> list[Any]:
    poste.labo.reglages.ecrire("message_suppression", "Texte du site.")
    _auto(poste)
    avant = len(poste.remis)
    poste.fait("supprimer_compte_rendu", patient_id=poste.patient, document_id=next(iter(poste.labo.base.documents)))
    return poste.remis[avant:]


def _version(poste: Poste) -> bytes:
    poste.labo.reglages.ecrire("mention_remplacement", "Mention du site.")
    second = poste.valider(remplace=poste.valider())
    return poste.labo.base.document(second).cda


def _refus(poste: Poste, code: int) -> tuple[int, str]:
    """(essais, état) d'un envoi auquel l'opérateur répond `code`."""
    essais: list[str] = []

    def repondre(adresse: str) -> Reponse:
        essais.append(adresse)
        return Reponse(code, "refus")

    poste.operateur.repondre = repondre
    etat: str = poste.ecrire().donnees["envoi"]["etat"]
    return len(essais), etat


def _valider_en_panne(poste: Poste) -> str:
    poste.operateur.repondre = lambda _: ErreurConnexion("en panne", definitive=False)
    poste.automatiser()
    return poste("valider_compte_rendu", patient_id=poste.patient, statut_cr="complet", analyses=ANALYSES).resultat


def _suivi(poste: Poste, avis: Callable[[str], bytes]) -> list[tuple[bool, bool, str]]:
    envoi = poste.ecrire().donnees["envoi"]
    poste.ecrire()
    poste.operateur.deposer(PER, avis(envoi["message_id"]))
    return [(e["recu"], e["lu"], e["etat"]) for e in poste.fait("lister_envois")["envois"]]


def _recu(poste: Poste, *, autres: bool = False) -> dict[str, Any]:
    """Un courriel porteur d'un document du patient, reçu et relevé."""
    if autres:
        poste.creer_patient(matricule="", nom_naissance="AUTRE")
    documents = [poste.valider(), poste.valider()]
    poste.ecrire(documents=documents)
    octets = poste.remis.pop().octets.replace(b"DUPONT-MARTIN ZOE 03", b"AUTRE ZOE 03", 1)
    poste.operateur.deposer(PER, octets)
    lu: dict[str, Any] = poste.fait("relever_boite", adresse=PER)["courriels"][0]
    return lu


def _rattache(poste: Poste, *, par_nom: bool = False) -> bool:
    """Vrai si le courriel va au patient que son INS désigne."""
    vrai = poste.patient
    lu = _recu(poste, autres=True)
    if par_nom:
        poste.labo.base.patient(vrai).identite["nom_naissance"] = "CHANGE"
    courriels = poste.fait("relever_boite", adresse=PER)["courriels"]
    assert lu["courriel_id"] == courriels[0]["courriel_id"]
    return bool(courriels[0]["patient_id"] == vrai)


def _premier(poste: Poste) -> bool:
    poste.operateur.deposer(PER, courriel())
    return poste.fait("relever_boite", adresse=PER)["courriels"][0]["patient_id"] is None


def _integre(poste: Poste) -> int:
    lu = _recu(poste)
    return len(poste.fait("integrer_courriel", courriel_id=lu["courriel_id"])["documents"])


def _autre_ins(poste: Poste) -> str:
    lu = _recu(poste)
    autre = poste.creer_patient(matricule="279035121518888", nom_naissance="AUTRE")
    archive = poste.labo.courriels[lu["courriel_id"]].contenu.archive
    object.__setattr__(archive, "patients", (("279035121518888", "1.2.250.1.213.1.4.10", "NH"),))
    assert autre
    return poste("integrer_courriel", courriel_id=lu["courriel_id"]).resultat


def _origine(poste: Poste) -> str:
    poste.operateur.deposer(PER, courriel(de=USAGER))
    origine: str = poste.fait("relever_boite", adresse=PER)["courriels"][0]["origine"]
    return origine


def _traces(poste: Poste, *, panne: bool = False) -> list[dict[str, Any]]:
    if panne:
        poste.operateur.repondre = lambda _: Reponse(550, "refus")
    poste.ecrire(corps="Texte confidentiel")
    lues: list[dict[str, Any]] = poste.fait("lire_traces", categorie="mssante")["traces"]
    return lues


def _retour(poste: Poste) -> bytes:
    poste.labo.reglages.ecrire("adresse_retour_mss", {"professionnel": PER})
    return _ecrire(poste, expediteur=APP)


def _dix(poste: Poste) -> bool:
    saisies = [{"nom": f"N{rang}", "adresse_mss": f"c{rang}@x.mssante.fr"} for rang in range(10)]
    return all(
        poste("ajouter_correspondant", patient_id=poste.patient, correspondant=s).resultat == "fait" for s in saisies
    )


def _remplacement(poste: Poste) -> bytes:
    second = poste.valider(remplace=poste.valider())
    _ecrire(poste, documents=[second])
    charge = next(
        p.get_payload(decode=True)
        for p in email.message_from_bytes(poste.remis[-1].octets).walk()
        if p.get_filename() == "IHE_XDM.zip"
    )
    assert isinstance(charge, bytes)
    with zipfile.ZipFile(io.BytesIO(charge)) as fichier:
        lu = fichier.read("IHE_XDM/SUBSET01/METADATA.XML")
    premier = next(iter(poste.labo.base.documents.values()))
    return b"RPLC" * (b"RPLC" in lu) + b" cible" * (premier.entree_mss.encode() in lu)


def _accuse_rendu(poste: Poste, entetes: str = f"Disposition-Notification-To: {CONFRERE}\n") -> list[tuple[Any, bool]]:
    """Les accusés de lecture rendus d'un courriel relevé : à qui, et lisibles ou non par une machine."""
    poste.operateur.deposer(PER, courriel(entetes=entetes))
    lu = poste.fait("relever_boite", adresse=PER)["courriels"][0]
    poste("accuser_lecture_courriel", courriel_id=lu["courriel_id"])
    return [(remis.destinataires, b"message/disposition-notification" in remis.octets) for remis in poste.remis]


CONDUITES: dict[str, Callable[[Poste], Any]] = {
    "mss_message_id_constant": lambda p: (
        re.findall(rb"Message-ID: (\S+)", _ecrire(p) + _ecrire(p))[0]
        == re.findall(rb"Message-ID: (\S+)", _ecrire(p))[0]
    ),
    "mss_from_sans_libelle": lambda p: b"From: Alix" in _ecrire(p),
    "mss_libelle_sans_prenom": lambda p: b"From: Alix" in _ecrire(p),
    "mss_entetes_sans_archive": lambda p: b"X-MSS-CODECDA" in _ecrire(p),
    "mss_fin_toujours": lambda p: b"X-MSS-MES" in _ecrire(p, patient_id=p.patient, a_usager=True, destinataires=[]),
    "mss_bcc_visible": lambda p: b"Bcc" in _ecrire(p, copies_cachees=[CONFRERE]),
    "mss_entete_8_bits": lambda p: _ecrire(p, objet="Été").isascii(),
    "mss_latin1": lambda p: b"charset=utf-8" in _ecrire(p, corps="Été"),
    "mss_corps_html_seul": lambda p: b"text/plain" in _ecrire(p, mise_en_forme=True),
    "mss_html_d_abord": lambda p: (m := _ecrire(p, mise_en_forme=True)).index(b"text/plain") < m.index(b"text/html"),
    "mss_html_different": lambda p: _ecrire(p, corps="Bonsoir", mise_en_forme=True).count(b"Bonsoir"),
    "mss_remplacement_sans_lien": _remplacement,
    "mss_remplacement_autre_cible": _remplacement,
    "mss_envoi_sans_ins_qualifiee": lambda p: _non_qualifie(p).resultat,
    "mss_blocage_muet": lambda p: len(_non_qualifie(p).messages),
    "mss_adresse_saisie": lambda p: p.ecrire(destinataires=[USAGER]).resultat,
    "mss_opposition_patient_ignoree": lambda p: _opposition(p, "patient"),
    "mss_opposition_professionnel_ignoree": lambda p: _opposition(p, "professionnel"),
    "mss_opposition_des_deux": lambda p: _opposition(p, "patient"),
    "mss_opposition_definitive": lambda p: _opposition(p, "patient", levee=True),
    "mss_patient_oublie": _auto,
    "mss_correspondants_oublies": _auto,
    "mss_second_correspondant_oublie": _auto,
    "mss_partiel_automatique": lambda p: _auto(p, statut_cr="partiel"),
    "mss_complet_non_envoye": _complet,
    "mss_envoi_manuel_sans_effet": lambda p: (
        p("envoyer_compte_rendu", patient_id=p.patient, document_id=p.valider(), canal="patient") and len(p.remis)
    ),
    "mss_envoi_double": lambda p: _ecrire(p) and len(p.remis),
    "mss_emission_par_une_autre_bal": lambda p: _ecrire(p) and p.remis[0].bal,
    "mss_suppression_non_annoncee": lambda p: len(_supprimer(p)),
    "mss_suppression_a_un_seul": lambda p: len(_supprimer(p)),
    "mss_suppression_texte_fige": lambda p: b"Texte du site." in _supprimer(p)[0].octets,
    "mss_mention_remplacement_absente": lambda p: b"Mention du site." in _version(p),
    "mss_mention_remplacement_figee": lambda p: b"Mention du site." in _version(p),
    "mss_adresse_retour_ignoree": lambda p: f"Reply-To: {PER}".encode() in _retour(p),
    "mss_reessai_absent": lambda p: _refus(p, 451),
    "mss_reessai_en_boucle": lambda p: _refus(p, 451),
    "mss_refus_pris_pour_envoi": lambda p: _refus(p, 550),
    "mss_refus_renvoye": lambda p: _refus(p, 550),
    "mss_echec_bloque_validation": _valider_en_panne,
    "mss_accuse_lecture_toujours": lambda p: b"Disposition-Notification-To" in _ecrire(p),
    "mss_accuse_distribution_toujours": lambda p: b"Return-Receipt-To" in _ecrire(p),
    "mss_accuse_ignore": lambda p: _suivi(p, distribution),
    "mss_accuse_d_un_autre": lambda p: _suivi(p, distribution),
    "mss_accuse_premier_venu": lambda p: _suivi(p, lambda m: distribution(m, "failed")),
    "mss_lecture_jamais_rendue": _accuse_rendu,
    "mss_lecture_rendue_a_soi": _accuse_rendu,
    "mss_lecture_rendue_en_texte": _accuse_rendu,
    "mss_lecture_rendue_d_office": lambda p: _accuse_rendu(p, ""),
    "mss_lecture_non_montree": lambda p: _suivi(p, lecture),
    "mss_echec_tardif_ignore": lambda p: _suivi(p, lambda m: distribution(m, "failed", MEDECIN)),
    "mss_rattachement_par_nom": lambda p: _rattache(p, par_nom=True),
    "mss_premier_patient": _premier,
    "mss_rattachement_par_objet": _rattache,
    "mss_integration_autre_patient": _autre_ins,
    "mss_integration_sans_effet": _integre,
    "mss_integration_premier_document": _integre,
    "mss_objet_prefixe_affiche": lambda p: _recu(p)["objet"][:4],
    "mss_origine_non_distinguee": _origine,
    "mss_lecture_marque_lu": lambda p: _recu(p) and len(p.operateur.lus),
    "mss_neuf_correspondants": _dix,
    "trace_mssante_absente": lambda p: len(_traces(p)),
    "mss_trace_sans_reponse": lambda p: sorted(_traces(p)[0]["detail"]),
    "mss_trace_sans_demande": lambda p: sorted(_traces(p)[0]["detail"]),
    "mss_trace_echecs_absents": lambda p: len(_traces(p, panne=True)),
    "mss_trace_contenu": lambda p: "confidentiel" in str(_traces(p)),
    "mss_trace_utc": lambda p: _traces(p)[0]["horodatage"][-1],
}


@pytest.mark.parametrize("nom", sorted(CONDUITES))
def test_conduite(nom: str, environnement: Path) -> None:
    """Le défaut change ce que l'on observe."""
    assert CONDUITES[nom](Poste(environnement, nom)) != CONDUITES[nom](Poste(environnement))


def test_tous_essayes() -> None:
    """Aucun défaut de messagerie n'est sans essai."""
    assert set(CONDUITE) == set(PIECES) | set(CONDUITES)
    assert MATRICULE in USAGER
