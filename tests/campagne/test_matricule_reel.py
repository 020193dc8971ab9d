"""Un matricule de production étranger aux identités de test : par chaque voie, arrêt, et rien n'en reste."""

from __future__ import annotations

import base64
import io
import smtplib
import ssl
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from reports.chargement_campagne import RAISON_INTERROMPUE
from simulators.socle.identite import cle_nir
from simulators.socle.journal import JournalEchanges
from tests.campagne.lancement import decrire_logiciel, lire_json, mener
from tests.campagne.recherche import Chercheur
from tests.steps.produit import ServeurProduit, fait, logiciel

MATRICULE = "2790675113042"
COMPLET = MATRICULE + cle_nir(MATRICULE)
NIR, NIA = "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"

Voie = Callable[[Mapping[str, Any]], None]
"""Ce que fait le logiciel, avec l'environnement du banc, pendant l'action « créer un patient »."""


def _tls(reglages: Mapping[str, Any], certificat: str) -> ssl.SSLContext:
    tls = ssl.create_default_context(cafile=reglages["autorites"]["racines_pem"])
    fichiers = reglages["certificats"][certificat]
    tls.load_cert_chain(fichiers["pem"], fichiers["cle"])
    return tls


def _poster(url: str, corps: bytes, tls: ssl.SSLContext, type_contenu: str) -> None:
    requete = urllib.request.Request(url, corps, {"Content-Type": type_contenu})
    try:
        with urllib.request.urlopen(requete, context=tls, timeout=30) as reponse:
            reponse.read()
    except (urllib.error.HTTPError, OSError):
        return  # refusé ou coupé : ce que le logiciel en voit n'est pas le sujet


def _document(oid: str) -> bytes:
    patient = f'<recordTarget><patientRole><id root="{oid}" extension="{COMPLET}"/></patientRole></recordTarget>'
    return f'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3">{patient}</ClinicalDocument>'.encode()


def _insi(reglages: Mapping[str, Any]) -> None:
    corps = f"<a><NumIdentifiant>{MATRICULE}</NumIdentifiant><Cle>{COMPLET[13:]}</Cle><OID>{NIA}</OID></a>"
    tls = _tls(reglages, "insi_manu")
    _poster(reglages["services"]["insi"]["url_certificat"], corps.encode(), tls, "application/soap+xml")


def _dmp(reglages: Mapping[str, Any]) -> None:
    """Une soumission : le document voyage en base64 dans le corps SOAP, comme le DMP le veut."""
    encode = base64.b64encode(_document(NIR))
    corps = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><Document>' + encode
    corps += b"</Document></s:Body></s:Envelope>"
    url = f"{reglages['services']['dmp']['url']}/repository"
    _poster(url, corps, _tls(reglages, "org_auth_cli"), "application/soap+xml")


def _mssante(reglages: Mapping[str, Any]) -> None:
    """Un courriel dont l'archive IHE_XDM porte le document."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zip_:
        zip_.writestr("IHE_XDM/SUBSET01/DOC0001.XML", _document(NIR))
    emetteur = next(bal["adresse"] for bal in reglages["bals"] if bal["type"] == "APP")
    courriel = EmailMessage()
    courriel["From"], courriel["To"], courriel["Subject"] = emetteur, emetteur, "Compte rendu"
    courriel.set_content("Ci-joint.")
    courriel.add_attachment(archive.getvalue(), maintype="application", subtype="zip", filename="IHE_XDM.ZIP")
    smtp = reglages["services"]["mssante"]["smtp"]
    try:
        with smtplib.SMTP(smtp["hote"], smtp["port"], timeout=30) as client:
            client.starttls(context=_tls(reglages, "org_auth_cli"))
            client.login(emetteur, "sans importance")
            client.send_message(courriel)
    except (smtplib.SMTPException, OSError):
        return


def _reponse(_: Mapping[str, Any]) -> dict[str, Any]:
    identite = {
        "matricule_ins": COMPLET,
        "oid_ins": NIA,
        "nom_naissance": "PERSONNE",
        "premier_prenom_naissance": "VRAIE",
        "date_naissance": "1979-06-01",
        "sexe": "F",
        "code_lieu_naissance": "75113",
    }
    return fait(patient={"patient_id": "P1", "identite": identite, "statut": "PROV"})


@pytest.mark.parametrize("voie", [_insi, _dmp, _mssante, None], ids=["insi", "dmp", "mssante", "adaptateur"])
def test_matricule_reel(tmp_path: Path, voie: Voie | None) -> None:
    """Code 3, l'incident est dit, et le matricule n'est nulle part : ni tel quel, ni encodé, ni dans une archive."""
    dossier, reglages = tmp_path / "c", tmp_path / "environnement.json"

    def creer(_: Mapping[str, Any]) -> dict[str, Any]:
        if voie is not None:
            voie(lire_json(reglages))
        return fait(patient_id="P1")

    lire = _reponse if voie is None else lambda _: fait()
    with ServeurProduit(logiciel(creer_patient=creer, lire_patient=lire)) as produit:
        description = decrire_logiciel(tmp_path / "l.yaml", produit.url, environnement=reglages.name)
        issue = mener("--exigence=INS/va1.20", f"--logiciel={description}", f"--dossier={dossier}", "--junit")
    assert issue.returncode == 3, issue.stdout
    assert "INTERNALERROR" not in issue.stdout
    assert "OID de production" in issue.stdout
    chercheur = Chercheur({MATRICULE.encode(): "matricule", COMPLET.encode(): "matricule"})
    assert chercheur.dans(issue.stdout.encode()) == set()
    assert chercheur.dans_le_dossier(dossier) == []
    with JournalEchanges.ouvrir(dossier) as journal:
        incidents = [e for e in journal.enregistrements(type="incident") if e.donnees["nature"] == "matricule_reel"]
        assert [incident.numero for incident in incidents] == [journal.position()], "rien n'est écrit après l'incident"
        assert journal.verifier_chaine() == []
    assert lire_json(dossier / "campagne.json")["interrompue"] is True
    scenarios = lire_json(dossier / "verdicts.json")["scenarios"]
    assert RAISON_INTERROMPUE in {s["raison"] for s in scenarios}
    assert not {"conforme", "non_conforme"} & {s["verdict"] for s in scenarios}
