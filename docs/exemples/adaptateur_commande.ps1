# Exemple d'adaptateur « commande » pour le banc SONS, en PowerShell (Windows PowerShell 5.1 ou PowerShell 7).
#
#   adaptateurs:
#     outil:
#       type: commande
#       commande: [powershell, -NoProfile, -NonInteractive, -ExecutionPolicy, Bypass, -File, adaptateur_commande.ps1]
#
# En marche continue, ajoutez « -Persistant » à la commande et « persistant: true » au bloc. Demandes et réponses sont
# décrites dans adaptateur_commande.py et docs/adaptateurs.md. Traces : [Console]::Error, jamais Write-Output, qui irait
# se mêler à la réponse.
param([switch]$Persistant)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# Sans ces deux lignes, Windows PowerShell écrit dans l'encodage de la console (cp850) : le banc refuserait les accents.
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
$OutputEncoding = [Console]::OutputEncoding

# ---------------------------------------------------------------- votre logiciel
# Pour l'exemple, le logiciel a une petite API HTTP, déjà lancée.
$Api = $env:LABO_URL

function Invoke-Logiciel([string]$Chemin, $Corps) {
    if ($null -eq $Corps) { return Invoke-RestMethod -Uri ($Api + $Chemin) -TimeoutSec 50 }
    # Les octets plutôt que le texte : Windows PowerShell 5.1 enverrait sinon de l'ISO-8859-1.
    $octets = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $Corps -Depth 30 -Compress))
    Invoke-RestMethod -Uri ($Api + $Chemin) -Method Post -Body $octets -ContentType 'application/json' -TimeoutSec 50
}

# ---------------------------------------------------------------- les actions
function New-Reponse([string]$Resultat, [string[]]$Messages = @(), $Donnees = @{}) {
    # @(...) garde une liste d'un seul élément ; sans lui, ConvertTo-Json en ferait un texte.
    [ordered]@{ resultat = $Resultat; messages = @($Messages); donnees = $Donnees }
}

$Relayees = 'creer_patient', 'lire_patient', 'attribuer_attribut', 'appeler_insi'

function Invoke-Action($Demande) {
    switch ($Demande.action) {
        'apropos' { $dit = Invoke-Logiciel '/apropos'; return New-Reponse 'fait' @() @{ nom = $dit.nom; version = $dit.version } }
        'actions' { return New-Reponse 'fait' @() @{ actions = @($Relayees) } }
        { $_ -in $Relayees } {
            $corps = @{ utilisateur = $Demande.utilisateur }
            # PowerShell 7 change les dates et heures ISO en DateTime ; Invoke-RestMethod les rendrait autrement écrites.
            # Pour une action qui en porte, lisez la demande avec « ConvertFrom-Json -DateKind String » (7.5 et suivantes).
            foreach ($champ in $Demande.parametres.PSObject.Properties) { $corps[$champ.Name] = $champ.Value }
            $rendu = Invoke-Logiciel ('/actions/' + $Demande.action) $corps
            return New-Reponse $rendu.resultat $rendu.messages $rendu.donnees
        }
        default { return New-Reponse 'non_gere' @('action absente de cet adaptateur') }
    }
}

# ---------------------------------------------------------------- le protocole
function Invoke-Demande([string]$Texte) {
    $demande = ConvertFrom-Json $Texte
    [Console]::Error.WriteLine("$($demande.action) par $($demande.utilisateur)")
    $reponse = Invoke-Action $demande
    if ($null -ne $demande.numero) { $reponse['numero'] = $demande.numero }
    [Console]::Out.WriteLine((ConvertTo-Json $reponse -Depth 30 -Compress))
    [Console]::Out.Flush()
}

# Une panne du logiciel arrête le programme (code 1) : le banc dira « non concluant », jamais « non conforme ».
trap { [Console]::Error.WriteLine($_.Exception.Message); exit 1 }

if ($Persistant) {
    while ($null -ne ($ligne = [Console]::In.ReadLine())) { Invoke-Demande $ligne }
} else {
    Invoke-Demande ([Console]::In.ReadToEnd())
}
